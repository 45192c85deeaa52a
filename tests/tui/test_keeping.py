"""Texts under way on disk: after crashes, of several apps at once, on a disk that fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from segql.tui.drafts import Document, Drafts
from segql.tui.keeping import Keeper, hand_over

_KILLED = """
import os, signal, sys
from pathlib import Path
from segql.tui.drafts import Document, Drafts
from segql.tui.keeping import Keeper
keeper = Keeper(Path(sys.argv[1]))
keeper.keep(Drafts(Document("untitled 1", "of the killed")))
os.kill(os.getpid(), signal.SIGKILL)
"""


def _text(key: str, text: str) -> Drafts:
    return Drafts(Document(key, text))


def test_what_a_killed_app_had_kept_is_taken_over(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", _KILLED, str(tmp_path)], check=False)
    assert killed.returncode == -9
    with Keeper(tmp_path) as keeper:
        assert keeper.take_over().current.text == "of the killed"
    with Keeper(tmp_path) as keeper:
        assert keeper.take_over().current.text == "of the killed"
        assert len(list(tmp_path.glob("*.json"))) == 1


def test_two_apps_at_once_lose_nothing(tmp_path: Path) -> None:
    with Keeper(tmp_path) as one, Keeper(tmp_path) as other:
        one.keep(_text("segment a", "mine"))
        other.keep(_text("segment a", "theirs"))
        one.keep(_text("segment a", "mine again"))
    with Keeper(tmp_path) as keeper:
        found = keeper.take_over()
    assert {found.current.text, *(each.text for each in found.others)} == {"mine again", "theirs"}
    assert {found.current.key, *(each.key for each in found.others)} == {"segment a", "untitled 1"}


def test_nothing_is_taken_from_an_app_that_runs(tmp_path: Path) -> None:
    with Keeper(tmp_path) as running:
        running.keep(_text("untitled 1", "mine"))
        with Keeper(tmp_path) as keeper:
            assert keeper.take_over() == Drafts()
            assert [one.drafts.current.text for one in keeper.others] == ["mine"]
        running.keep(_text("untitled 1", "mine still"))
    with Keeper(tmp_path) as keeper:
        assert keeper.take_over().current.text == "mine still"


def test_the_same_text_kept_twice_is_one(tmp_path: Path) -> None:
    for _ in range(2):  # as a kill between writing and removing leaves it
        with Keeper(tmp_path) as keeper:
            keeper.keep(_text("untitled 1", "once"))
    with Keeper(tmp_path) as keeper:
        found = keeper.take_over()
    assert (found.current.text, found.others) == ("once", ())


def test_what_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text('{"drafts": 1')
    with Keeper(tmp_path) as keeper:
        assert keeper.take_over() == Drafts()
    assert (tmp_path / "old.unreadable").read_text() == '{"drafts": 1'


def test_any_text_comes_back_as_it_was(tmp_path: Path) -> None:
    text = 'trait.name = "\ud800 \x00 é 👍"'
    with Keeper(tmp_path) as keeper:
        keeper.keep(_text("untitled 1", text))
    with Keeper(tmp_path) as keeper:
        assert keeper.take_over().current.text == text


def test_texts_can_be_handed_to_another_database(tmp_path: Path) -> None:
    drafts = Drafts(Document("segment a", "new", "old", {"a": 3}), (Document("untitled 1", "b"),))
    hand_over(tmp_path, drafts)
    with Keeper(tmp_path) as keeper:
        found = keeper.take_over()
    assert [found.current, *found.others] == [
        Document("untitled 1", "new"), Document("untitled 2", "b"),
    ]  # fmt: skip

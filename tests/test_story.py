"""The story that README.md tells of the terminal UI, in a real terminal; and terminals that go."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from terminal import WAIT_S, Terminal, gone, needs_tmux, terminal

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SEGQL = (sys.executable, "-m", "segql")
KEY = re.compile(r"F\d+|Tab|Enter|Esc|Up|Down|Ctrl\+[A-Z]")

pytestmark = needs_tmux


def steps() -> Iterator[tuple[str, list[str]]]:
    """What is typed, and what must then be on the screen: code on each side of the table."""
    table = README.partition("| you type | you see |\n")[2].partition("\n\n")[0]
    for line in table.splitlines()[1:]:
        typed, seen = line.strip("|").split(" | ")
        (key,) = code(typed)
        yield key, code(seen)


def code(words: str) -> list[str]:
    return [one or two for two, one in re.findall(r"``(.+?)``|`(.+?)`", words)]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as it is after the tour of the README."""
    database = tmp_path_factory.mktemp("tour") / "segql.db"
    (console,) = re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    for command in re.findall(r"^\$ segql ((?:import|apply) .*)$", console, re.MULTILINE):
        words = [word.strip("'") for word in command.split()]
        env = {**os.environ, "SEGQL_DB": str(database)}
        subprocess.run([*SEGQL, *words], cwd=ROOT, env=env, check=True, capture_output=True)
    return database


@pytest.fixture
def folder(tour: Path, tmp_path: Path) -> Path:
    shutil.copy(tour, tmp_path / "segql.db")
    return tmp_path


def opened(folder: Path, command: str = "segql tui --now 1998-07-01") -> tuple[str, ...]:
    """The command as it is run in a terminal, with a home of its own."""
    name, *words = command.split()
    assert name == "segql"
    return (
        "env", f"SEGQL_DB={folder / 'segql.db'}", f"XDG_STATE_HOME={folder / 'state'}",
        "TERM=screen-256color", *SEGQL, *words,
    )  # fmt: skip


@pytest.mark.parametrize(
    "size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.slow)], ids=str
)
def test_the_story_of_the_readme_goes_as_it_says(folder: Path, size: tuple[int, int]) -> None:
    told = list(steps())
    assert len(told) > 10
    command, first = told[0]
    with terminal(*opened(folder, command), size=size) as it:
        it.shows(*first)
        for typed, seen in told[1:]:
            if KEY.fullmatch(typed):
                it.press(typed)
            else:
                it.type(typed)
            it.shows(*seen)
        it.press("Ctrl+Q")
        gone_by_itself(it)
    counted = subprocess.run(
        [*SEGQL, "members", "big year", "--db", str(folder / "segql.db"), "--limit", "1"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert counted.stdout.startswith("00111\n")


def gone_by_itself(it: Terminal) -> None:
    with suppress(subprocess.CalledProcessError, ValueError):  # the terminal may end with it
        gone(it.process)


def kept(state: Path, text: str) -> None:
    """Wait until a text is on disk."""
    until = time.monotonic() + WAIT_S
    while not any(text in file.read_text() for file in state.rglob("*.json")):
        assert time.monotonic() < until, "the text is never kept"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, None], ids=str)
def test_what_is_written_outlives_the_process_and_the_terminal(
    folder: Path, end: signal.Signals | None
) -> None:
    text = 'did "purchase" at least 3 times'
    with terminal(*opened(folder), size=(80, 24)) as it:
        it.shows("win back")
        it.press("F2")
        it.shows("untitled 1")
        it.type(text)
        it.shows(text, "of 2,357")
        kept(folder / "state", json.dumps(text)[1:-1])  # which is so within half a second
        process = it.process
        if end is None:
            it.close()
        else:
            os.kill(process, end)
        gone(process)
    with terminal(*opened(folder), size=(80, 24)) as it:
        it.shows("win back")
        it.press("F2")
        it.shows(text, "not saved")

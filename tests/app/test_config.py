"""`segql.toml`: what it may say, and what is said of what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from segql.app.config import Config, Tui, read
from segql.cli.main import run
from segql.model.errors import Refused


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    assert read(tmp_path) == Config()


def test_the_database_is_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "segql.toml").write_text(
        'database = "team.db"\n[tui]\ntheme = "nord"\nkeys = { "app.help" = "f12" }\n'
    )
    assert read(tmp_path) == Config(tmp_path / "team.db", Tui("nord", {"app.help": "f12"}))


def test_commands_take_the_database_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SEGQL_DB", raising=False)
    (tmp_path / "segql.toml").write_text('database = "team.db"\n')
    assert run(["init"]) == 0
    assert (tmp_path / "team.db").exists()
    assert run(["segments"]) == 0
    (tmp_path / "segql.toml").write_text("database = 3\n")
    assert run(["segments"]) == 1


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('databse = "x"', "has keys that mean nothing: `databse`"),
        ("database = 3", "database must be text in quotes"),
        ("[tui]\nkeys = 3", "tui.keys must be a table"),
        ("[tui]\ntheme = true", "tui.theme must be text in quotes"),
        ("x =", "cannot be read"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "segql.toml").write_text(text)
    with pytest.raises(Refused, match=why) as caught:
        read(tmp_path)
    assert caught.value.code == "bad-config"
    assert str(tmp_path) in str(caught.value)

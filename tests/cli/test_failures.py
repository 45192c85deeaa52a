"""What goes wrong outside: wrong usage, other people's databases, locks, disks, terminals."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from ran import Segql


def test_wrong_usage_ends_with_2_and_a_hint(segql: Segql) -> None:
    assert "did you mean `segments`?" in segql("segmnts", code=2).err
    segql("count", code=2)
    segql("members", "x", "--limit", "0", code=2)


def test_a_missing_database_is_named(segql: Segql) -> None:
    ran = segql("segments", code=1)
    assert "there is no database" in ran.err and "segql init" in ran.err


def test_init_refuses_an_existing_file_and_an_unknown_zone(segql: Segql, tmp_path: Path) -> None:
    assert "unknown-zone" in segql("init", "--zone", "Europe/Zurig", code=1).err
    assert not (tmp_path / "segql.db").exists()
    segql("init", "--zone", "Europe/Zurich")
    segql("init", code=1)


def test_another_programs_database_is_left_alone(segql: Segql, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "segql.db") as other:
        other.execute("create table theirs (x)")
    before = (tmp_path / "segql.db").read_bytes()
    assert "not-a-segql-database" in segql("segments", code=3).err
    (tmp_path / "s.segql").write_text('segment "a"\n  when everyone\n')
    segql("apply", "s.segql", code=3)
    assert (tmp_path / "segql.db").read_bytes() == before
    (tmp_path / "segql.db").write_bytes(b"plain text, and a good deal of it\n" * 100)
    assert "not-a-segql-database" in segql("segments", code=3).err


def test_a_newer_database_is_refused(segql: Segql, tmp_path: Path) -> None:
    segql("init")
    with sqlite3.connect(tmp_path / "segql.db") as newer:
        newer.execute("pragma user_version = 99")
    assert "newer-version" in segql("segments", code=3).err


def test_a_locked_database_is_busy(segql: Segql, tmp_path: Path) -> None:
    segql("init")
    (tmp_path / "s.segql").write_text('segment "a"\n  when everyone\n')
    holder = sqlite3.connect(tmp_path / "segql.db", isolation_level=None)
    holder.execute("begin immediate")
    try:
        assert "locked" in segql("apply", "s.segql", code=3).err
    finally:
        holder.close()
    segql("apply", "s.segql")


def test_control_characters_never_reach_the_terminal(segql: Segql) -> None:
    line = b'{"id": "evil\\u001b[31m\\u202e", "note": "\\u0007bell"}\n'
    segql("import", "profiles", "-", "--format", "jsonl", stdin=line)
    for words in (("profile", "evil\x1b[31m\u202e"), ("profile", "\x1b]0;x\x07")):
        ran = segql(*words, code=None)
        assert not {"\x1b", "\x07", "\u202e"} & set(ran.out + ran.err)


def test_a_reader_that_goes_away_is_no_failure(segql: Segql, tmp_path: Path) -> None:
    rows = "".join(f"u{n}\n" for n in range(20_000))
    segql("import", "profiles", "-", "--format", "csv", stdin="id\n" + rows)
    (tmp_path / "s.segql").write_text('segment "a"\n  when everyone\n')
    segql("apply", "s.segql")
    command = f"{sys.executable} -m segql members a --db segql.db | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"u0\n"), done.stderr.decode()
    assert done.stderr == b""


def test_files_in_other_encodings_are_named(segql: Segql, tmp_path: Path) -> None:
    text = 'segment "größe"\n  when everyone\n'
    (tmp_path / "bom.segql").write_bytes(b"\xef\xbb\xbf" + text.encode())
    segql("check", "bom.segql")
    (tmp_path / "latin.segql").write_bytes(text.encode("latin-1"))
    assert "Latin-1" in segql("check", "latin.segql", code=1).err
    (tmp_path / "wide.segql").write_bytes(text.encode("utf-16"))
    assert "UTF-16" in segql("fmt", "wide.segql", code=1).err


@pytest.mark.parametrize("words", [("--help",), ("apply", "--help"), ("import", "events", "-h")])
def test_help_is_there_and_needs_no_database(segql: Segql, words: tuple[str, ...]) -> None:
    assert "Usage: segql" in segql(*words).out

"""`segql import`: reports, rejects, repeats, pipes, and membership that follows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ran import Segql
from segql.app.project import Project
from segql.store import profiles

EVENTS = """who,at,what,amount
ann,2026-02-01T10:00:00Z,purchase,10
ann,2026-02-01T10:00:00Z,purchase,10
00042,2026-02-02,purchase,2.5
,2026-02-02,purchase,1
bert,yesterday,purchase,1
"""
COLUMNS = ("--profile", "who", "--time", "at", "--event", "what")


def test_bad_rows_are_counted_and_kept_and_stop_nothing(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS)
    ran = segql("import", "events", "events.csv", *COLUMNS, "--rejects", "bad.csv", "--json")
    assert (ran.one["added"], ran.one["rejected"], ran.one["new_profiles"]) == (3, 2, 2)
    assert [reject["line"] for reject in ran.one["rejects"]] == [5, 6]
    rejects = (tmp_path / "bad.csv").read_text()
    assert "bert" in rejects and "yesterday" in rejects
    assert segql("count", 'did "purchase" exactly 2 times', "--json").one["count"] == 1
    assert segql("profile", "00042", "--json").one["events"][0]["properties"] == {"amount": 2.5}


def test_words_go_to_standard_error_with_file_and_line(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS)
    ran = segql("import", "events", "events.csv", *COLUMNS)
    assert ran.out == ""
    assert "events.csv:5: " in ran.err and "events.csv:6: " in ran.err
    assert "3 added" in ran.err and "2 rejected" in ran.err


def test_the_same_file_again_adds_nothing_and_a_longer_one_its_new_rows(
    segql: Segql, tmp_path: Path
) -> None:
    (tmp_path / "events.csv").write_text(EVENTS)
    segql("import", "events", "events.csv", *COLUMNS)
    again = segql("import", "events", "events.csv", *COLUMNS, "--json").one
    assert (again["added"], again["present"]) == (0, 3)
    longer = EVENTS + "ann,2026-02-01T10:00:00Z,purchase,10\ncleo,2026-02-03,purchase,7\n"
    (tmp_path / "longer.csv").write_text(longer)
    grown = segql("import", "events", "longer.csv", *COLUMNS, "--json").one
    assert (grown["added"], grown["present"]) == (2, 3)
    other = segql("import", "events", "events.csv", *COLUMNS, "--source", "b", "--json").one
    assert other["added"] == 3


def test_standard_input_is_a_file_too(segql: Segql) -> None:
    line = b'{"id": "ann", "plan": "pro", "tags": ["vip", null]}\n'
    segql("import", "profiles", "-", "--format", "jsonl", stdin=line)
    assert segql("count", 'trait.tags contains "vip"', "--json").one["count"] == 1


def test_segments_follow_an_import(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "s.segql").write_text('segment "buyers"\n  when did "purchase"\n')
    segql("apply", "s.segql")
    (tmp_path / "events.csv").write_text(EVENTS)
    ran = segql("import", "events", "events.csv", *COLUMNS, "--json")
    assert ran.one["recomputed"] == ["buyers"]
    assert segql("members", "buyers").out.split() == ["ann", "00042"]
    assert [line["cause"] for line in segql("members", "buyers", "--json").lines] == ["import"] * 2


def test_what_is_wrong_with_a_file_is_said_and_nothing_is_stored(
    segql: Segql, tmp_path: Path
) -> None:
    (tmp_path / "utf16.csv").write_bytes(EVENTS.encode("utf-16"))
    assert "UTF-16" in segql("import", "events", "utf16.csv", *COLUMNS, code=1).err
    (tmp_path / "events.csv").write_text(EVENTS)
    ran = segql("import", "events", "events.csv", "--profile", "user", "--time", "at", code=1)
    assert "`user`" in ran.err and "who" in ran.err
    segql("import", "events", "missing.csv", *COLUMNS, code=1)
    segql("import", "events", "events.csv", *COLUMNS, "--event-name", "x", code=2)


def test_an_interrupted_import_keeps_whole_batches_and_segments_follow(
    segql: Segql, tmp_path: Path
) -> None:
    (tmp_path / "s.segql").write_text('segment "buyers"\n  when did "purchase"\n')
    segql("apply", "s.segql")
    rows = (f"u{n},2026-02-01T10:00:00Z,purchase,{n}\n" for n in range(400_000))
    (tmp_path / "events.csv").write_text("who,at,what,amount\n" + "".join(rows))
    command = [sys.executable, "-m", "segql", "import", "events", "events.csv", *COLUMNS, "--json"]
    environment = {**os.environ, "SEGQL_DB": str(tmp_path / "segql.db")}
    started = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_heed_interrupts,
    )
    with Project.opened(tmp_path / "segql.db", read_only=True) as project:
        while not profiles.count(project.connection):
            time.sleep(0.01)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=60)
    assert started.returncode == 130, err.decode()
    assert b"Traceback" not in err
    assert b'"interrupted": true' in out
    bought = segql("count", 'did "purchase"', "--json").one["count"]
    assert 0 < bought < 400_000
    assert len(segql("members", "buyers").out.split()) == bought


def _heed_interrupts() -> None:
    """A test run in the background ignores SIGINT, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)

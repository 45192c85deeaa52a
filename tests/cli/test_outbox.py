"""outbox, and --notify of the commands that edit, run as a person does."""

from __future__ import annotations

import json
from pathlib import Path

from ran import Segql

PRO = """\
segment "pro"
  when {rule}
  on enter notify "crm", "slack" at most once every 30d
  on leave notify "crm"
"""


def test_what_is_to_be_told_is_listed_and_counted(segql: Segql, tmp_path: Path) -> None:
    segql("import", "profiles", "-", "--format", "csv", stdin="id,plan\nann,pro\nbob,free\n")
    file = tmp_path / "team.segql"
    file.write_text(PRO.format(rule='trait.plan = "pro"'))
    segql("apply", file, "--now", "2026-03-01T12:00:00Z")
    assert segql("outbox").err == "nothing is pending\n"
    file.write_text(PRO.format(rule='trait.plan = "free"'))
    segql("apply", file, "--notify", "--now", "2026-03-02T12:00:00Z")
    found = [json.loads(line) for line in segql("outbox", "--json").out.splitlines()]
    assert [(one["profile"], one["what"], one["destination"]) for one in found] == [
        ("ann", "leave", "crm"),
        ("bob", "enter", "crm"),
        ("bob", "enter", "slack"),
    ]
    assert {one["time"] for one in found} == {"2026-03-02T12:00:00Z"}
    assert len({one["id"] for one in found}) == 3
    segql("restore", "pro@1", "--notify", "--now", "2026-03-03T12:00:00Z")
    segql("restore", "pro@2", "--notify", "--now", "2026-03-04T12:00:00Z")
    assert segql("outbox", "--count").out.splitlines() == [
        "crm: 5 pending",
        "crm: 1 skipped",
        "slack: 2 pending",
        "slack: 1 skipped",
    ]
    counted = segql("outbox", "--count", "--json").lines
    assert counted[0] == {"destination": "crm", "state": "pending", "rows": 5}
    skipped = segql("outbox", "--state", "skipped", "--to", "slack").out.splitlines()
    assert len(skipped) == 2 and "bob" in skipped[1] and "entered" in skipped[1]
    assert "and more" in segql("outbox", "--limit", 1, "--state", "any").err
    assert "there is no segment `por`" in segql("outbox", "--segment", "por", code=1).err
    assert "outbox is kept: 20 days" in segql("settings", "--keep-outbox", "20").out
    # What was skipped on 3 and 4 March goes, what is pending never does.
    pruned = segql("prune", "--now", "2026-04-01", "--json").one
    assert (pruned["removed_outbox"], pruned["keep_outbox_days"]) == (2, 20)
    assert segql("outbox", "--count").out.splitlines() == ["crm: 5 pending", "slack: 2 pending"]
    assert "removed 0 rows older than 20 days" in segql("prune", "--now", "2026-04-01").err


def test_segments_say_whom_their_lines_tell(segql: Segql, tmp_path: Path) -> None:
    events = '{"profile": "ann", "event": "export", "time": "2026-03-01T10:00:00Z"}\n'
    segql("import", "events", "-", "--format", "jsonl", stdin=events)
    file = tmp_path / "team.segql"
    stay = '  after 3d notify "mail"\n\nsegment "quiet"\n  when everyone\n'
    file.write_text(PRO.format(rule='did "export" within 7d') + stay)
    segql("apply", file, "--now", "2026-03-02")
    listed = {one["name"]: one["lines"] for one in segql("segments", "--json").lines}
    assert listed == {
        "pro": [
            {"on": "enter", "to": "crm", "at_most_once_every": "30d"},
            {"on": "enter", "to": "slack", "at_most_once_every": "30d"},
            {"on": "leave", "to": "crm"},
            {"after": "3d", "to": "mail"},
        ],
        "quiet": [],
    }
    assert "crm, slack, mail" in segql("segments").out
    shown = segql("segments", "pro", "--now", "2026-03-02").out.splitlines()
    assert shown == [
        "pro, revision 1",
        "",
        'did "export" within 7d',
        "",
        "members: 1 of 1 (100.0%)",
        "state: exact",
        'on enter notify "crm" at most once every 30d',
        'on enter notify "slack" at most once every 30d',
        'on leave notify "crm"',
        'after 3d notify "mail"',
        "next change by time alone: 2026-03-08T10:00:00Z: ann leaves",
    ]
    one = segql("segments", "pro", "--now", "2026-03-02", "--json").one
    assert one["next_change"] == {"at": "2026-03-08T10:00:00Z", "profile": "ann", "enters": False}
    assert "none within ten years" in segql("segments", "quiet").out
    assert "there is no segment `por`" in segql("segments", "por", code=1).err

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

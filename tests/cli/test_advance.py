"""segql advance: time passes, or is looked ahead at."""

from __future__ import annotations

from pathlib import Path

from ran import Segql

EVENTS = b"""\
{"profile": "ann", "event": "export", "time": "2026-03-01T10:00:00Z"}
{"profile": "bob", "event": "export", "time": "2026-03-02T10:00:00Z"}
"""


def test_time_is_looked_ahead_at_and_passes(segql: Segql, tmp_path: Path) -> None:
    segql("import", "events", "-", "--format", "jsonl", stdin=EVENTS)
    (tmp_path / "w.segql").write_text(
        'segment "busy"\n  when did "export" within 7d\n\n'
        'segment "idle"\n  when not in segment "busy"\n\n'
        'segment "any"\n  when did "export"\n'
    )
    segql("apply", "w.segql", "--now", "2026-03-03")
    ahead = segql("advance", "--dry-run", "--now", "2026-03-03", "--json").lines
    expected = {"at": "2026-03-08T10:00:00Z", "profile": "ann"}
    assert ahead[-3:] == [
        {"segment": "busy", **expected, "enters": False},
        {"segment": "idle", **expected, "enters": True},
        {"segment": "any", "at": None, "profile": None, "enters": None},
    ]
    [done] = segql("advance", "--now", "2026-03-09", "--json").lines
    assert (done["now"], done["entered"], done["left"]) == ("2026-03-09T00:00:00Z", 1, 1)
    assert segql("advance", "--now", "2026-03-01").err == (
        "advanced to 2026-03-09T00:00:00Z: 0 entered, 0 left\n"
    )

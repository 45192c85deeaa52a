"""Why a stored profile is in a segment: the messages behind it, and what it takes to leave."""

from __future__ import annotations

from pathlib import Path

import segql
from segql.model.changes import in_words
from segql.model.instants import iso
from segql.store.digests import message_digest, response_digest

NOW = "2026-03-01T12:00:00Z"


def test_the_evidence_names_the_messages_it_came_with(tmp_path: Path) -> None:
    with segql.open(tmp_path / "team.db", zone="Europe/Zurich") as project:
        for number in range(2):
            project.track("ann", "export", message_id=f"m{number}", time=NOW, now=NOW)
        project.track("ann", "export", time="2026-02-01T00:00:00Z", now=NOW)
        project.survey("ann", "nps", "completed", {"score": 9}, response_id="r1", now=NOW)
        project.define("fans", 'did "export" and completed any survey', now=NOW)
        exports, surveys = project.why("fans", "ann", now=NOW).parts
        sources = [one.source for one in exports.evidence]
        assert sources == [message_digest("m1").hex(), message_digest("m0").hex(), None]
        assert [one.place for one in exports.evidence] == [2, 1, 0]
        (answered,) = surveys.evidence
        assert (answered.kind, answered.name) == ("completed", None)
        assert answered.source == response_digest("nps", "r1").hex()


def test_a_nested_segment_is_left_when_time_takes_what_it_reads(tmp_path: Path) -> None:
    with segql.open(tmp_path / "team.db", zone="Europe/Zurich") as project:
        project.track("ann", "export", time="2026-02-20T09:00:00Z", now=NOW)
        project.define("busy", 'did "export" within 30d', now=NOW)
        project.define("idle", 'not in segment "busy"', now=NOW)
        busy, idle = (project.why(name, "ann", now=NOW) for name in ("busy", "idle"))
        assert (busy.holds, idle.holds) == (True, False)
        assert busy.until == idle.until and iso(busy.until or 0) == "2026-03-22T09:00:00Z"
        assert project.why("idle", "ann", now=busy.until).holds
        bert = project.why("idle", "ann", now="2026-06-01T00:00:00Z")
        assert in_words(bert.plans[0]) == 'needs 1 "export" event'

"""What retention takes out of the outbox, and what it never does."""

from __future__ import annotations

from pathlib import Path

import pytest

from segql.app import ingest, outbox, segments, sources
from segql.app.advance import advance
from segql.app.project import Project
from segql.model.calls import Identify
from segql.model.errors import Refused
from segql.store.driver import immediate

NOW = 1_772_366_400_000
DAY = 86_400_000
TEXT = """segment "pro"
  when trait.plan = "pro"
  on enter notify "crm" at most once every 90d
  on leave notify "crm"
  after 1d notify "mail"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Twenty enter on the first day, stay for two and leave; all that was told is done."""
    project = Project.opened(tmp_path / "team.db", create=True)
    plan = segments.plan(project, sources.source_of(TEXT, "team.segql").written)
    segments.apply(project, plan, now=NOW)
    people = [f"u{number}" for number in range(20)]
    ingest.batch(project, [Identify(who, {"plan": "pro"}) for who in people], now=NOW)
    advance(project, now=NOW + 2 * DAY)
    ingest.batch(project, [Identify(who, {"plan": "free"}) for who in people], now=NOW + 2 * DAY)
    with immediate(project.connection) as connection:  # as whoever delivers will say
        connection.execute("update outbox set state = 'done' where profile > 1")
    return project


def kept(project: Project) -> dict[tuple[str, str], int]:
    rows = outbox.listed(project, state=None)
    return {
        (what, state): sum((one.what, one.state) == (what, state) for one in rows)
        for what, state in {(one.what, one.state) for one in rows}
    }


def test_rows_are_kept_for_ever_unless_somebody_says_otherwise(project: Project) -> None:
    assert outbox.forget(project, now=NOW + 9_000 * DAY) == 0
    with pytest.raises(Refused, match="1 to 100,000 days"):
        outbox.retain(project, 0)


def test_what_waits_and_what_a_cool_down_counts_from_stays(project: Project) -> None:
    outbox.retain(project, 10)
    assert outbox.forget(project, now=NOW + 10 * DAY) == 0
    # Exits and stays of 19 go; entries are within 90 days, and the first profile's are pending.
    assert outbox.forget(project, now=NOW + 30 * DAY) == 38
    pending = dict.fromkeys([("enter", "pending"), ("leave", "pending"), ("stayed", "pending")], 1)
    assert kept(project) == {**pending, ("enter", "done"): 19}
    assert outbox.forget(project, now=NOW + 100 * DAY) == 19
    assert kept(project) == pending


def test_other_work_takes_old_rows_away_on_its_way(project: Project) -> None:
    outbox.retain(project, 10)
    for days in (100, 101):  # at the clock, which the first one moves
        advance(project, now=NOW + days * DAY)
    assert ("enter", "done") not in kept(project)
    ingest.one(project, Identify("u3", {"plan": "pro"}), now=NOW + 102 * DAY)
    assert kept(project)["enter", "pending"] == 2

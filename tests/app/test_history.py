"""What was: who was in when, every flip once, how many over time, and what is kept of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from segql.app import audience, history, ingest, segments
from segql.app.advance import advance
from segql.app.journeys import journey, lines
from segql.app.project import Project
from segql.model import calls
from segql.model.errors import Refused
from segql.store import chronicle

START = 1_772_366_400_000
HOUR = 3_600_000
DAY = 24 * HOUR
RULES = {
    "pro": 'trait.plan = "pro"',
    "busy": 'did "buy" at least 2 times',
    "lately": 'did "buy" within 30h',
    "both": 'in segment "pro" and in segment "busy"',
}
PEOPLE = ("ann", "bob", "cleo")

call = st.one_of(
    st.builds(
        lambda who, plan: calls.Identify(who, {"plan": plan}),
        st.sampled_from(PEOPLE),
        st.sampled_from(["pro", "free", None]),
    ),
    st.builds(lambda who: calls.Track(who, "buy"), st.sampled_from(PEOPLE)),
    st.builds(calls.Delete, st.sampled_from(PEOPLE)),
)
stories = st.lists(st.tuples(st.sampled_from([0, 1, HOUR, DAY]), call), min_size=1, max_size=25)


def project_with(folder: str | Path) -> Project:
    project = Project.opened(Path(folder) / "team.db", create=True)
    for name, rule in RULES.items():
        segments.define_one(project, name, rule, description=None, now=START)
    return project


def do(project: Project, one: calls.Call, now: int) -> None:
    ingest.batch(project, [one], now=now)  # a refused call, as of an unknown profile, is fine


@given(story=stories)
@hypothesis_settings(max_examples=12, deadline=None)
def test_who_was_in_at_an_instant_is_who_was_in_then(
    story: list[tuple[int, calls.Call]],
) -> None:
    with tempfile.TemporaryDirectory() as folder, project_with(folder) as project:
        now = START
        seen: dict[tuple[str, int], list[str]] = {}
        for passed, one in story:
            now += passed
            do(project, one, now)
            if now % 2:  # else time is caught up with later
                advance(project, now=now)
            for name in RULES if now % 2 else ("pro", "busy", "both"):
                seen[name, now] = [member.external for member in audience.members_of(project, name)]
        advance(project, now=now)
        gone = {one.profile for _, one in story if isinstance(one, calls.Delete)}
        for (name, at), inside in seen.items():
            found = [was.external for was in history.members_at(project, name, at)]
            assert len(found) == len(inside)
            kept = [who for who in found if who is not None]
            assert [who for who in kept if who not in gone] == [w for w in inside if w not in gone]
        for name in RULES:
            until = now + HOUR
            over_time = history.population(project, name, since=START, until=until, points=7)
            assert over_time.points[0][0] == START and over_time.points[-1][0] == until
            for at, size in over_time.points:
                assert size == len(list(history.members_at(project, name, at))), (name, at)


@given(story=stories, limit=st.integers(1, 4), every=st.integers(1, 4))
@hypothesis_settings(max_examples=12, deadline=None)
def test_pages_hold_each_flip_once_while_writing_goes_on(
    story: list[tuple[int, calls.Call]], limit: int, every: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, project_with(folder) as project:
        cursors = dict.fromkeys((None, *RULES), 0)
        read: dict[str | None, list[history.Change]] = {name: [] for name in cursors}

        def turn() -> bool:
            more = False
            for name in cursors:
                page = history.changes(project, name, after=cursors[name], limit=limit)
                assert page.is_complete and len(page.flips) <= limit
                read[name] += page.flips
                cursors[name] = page.next
                more = more or not page.is_last
            return more

        now = START
        for number, (passed, one) in enumerate(story):
            now += passed
            do(project, one, now)
            if number % every == 0:
                turn()
        while turn():
            pass
        numbers = [flip.number for flip in read[None]]
        assert numbers == sorted(set(numbers))
        assert len(numbers) == sum(len(read[name]) for name in RULES)
        inside: dict[str, int] = dict.fromkeys(RULES, 0)
        for flip in read[None]:
            inside[flip.segment] += 1 if flip.enters else -1
        assert inside == {name: audience.size(project, name) for name in RULES}


def test_changes_from_an_instant_on_are_those_that_were_then_or_later(tmp_path: Path) -> None:
    with project_with(tmp_path) as project:
        do(project, calls.Identify("ann", {"plan": "pro"}), START + HOUR)
        do(project, calls.Identify("ann", {"plan": None}), START + 2 * HOUR)
        do(project, calls.Identify("bob", {"plan": "pro"}), START + 3 * HOUR)
        page = history.changes(project, since=START + 2 * HOUR)
        assert [(flip.profile, flip.enters, flip.at - START) for flip in page.flips] == [
            ("ann", False, 2 * HOUR),
            ("bob", True, 3 * HOUR),
        ]
        assert history.changes(project, "pro", after=page.next).flips == ()
        segments.archive(project, "both", now=START + 4 * HOUR)
        segments.archive(project, "pro", now=START + 4 * HOUR)
        [last] = history.changes(project, after=page.next).flips
        assert (last.segment, last.profile, last.cause) == ("pro", "bob", "delete")


def test_a_journey_says_in_words_what_each_flip_was_caused_by(tmp_path: Path) -> None:
    with project_with(tmp_path) as project:
        segments.archive(project, "lately", now=START)
        do(project, calls.Track("anon", "buy"), START)
        do(project, calls.Track("anon", "buy", {"n": 2}), START + HOUR)
        do(project, calls.Identify("ann", {"plan": "pro"}), START + 2 * HOUR)
        do(project, calls.Merge("anon", "ann"), START + 3 * HOUR)
        do(project, calls.Identify("ann", {"plan": "free"}), START + 4 * HOUR)
        found = journey(project, "anon")
        assert found == journey(project, "ann")
        assert lines(found, project.zone) == [
            "in `busy` from 2026-03-01 13:00 UTC to 2026-03-01 15:00 UTC, because: event `buy` of "
            "2026-03-01 13:00 UTC; left because: two profiles became one, then known as `anon`",
            "in `busy` since 2026-03-01 13:00 UTC, because: event `buy` of 2026-03-01 13:00 UTC",
            "in `pro` from 2026-03-01 14:00 UTC to 2026-03-01 16:00 UTC, because: what was said of "
            "the profile; left because: what was said of the profile",
            "in `both` from 2026-03-01 15:00 UTC to 2026-03-01 16:00 UTC, because: two profiles "
            "became one; left because: what was said of the profile",
        ]


def test_intervals_that_are_over_go_when_they_are_old_enough(tmp_path: Path) -> None:
    with project_with(tmp_path) as project:
        for who, left in (("ann", DAY), ("bob", 3 * DAY)):
            do(project, calls.Identify(who, {"plan": "pro"}), START)
            do(project, calls.Identify(who, {"plan": None}), START + left)
        do(project, calls.Identify("cleo", {"plan": "pro"}), START + 3 * DAY)
        assert history.forget(project, now=START + 900 * DAY) == 0
        history.retain(project, 1)
        assert history.forget(project, now=START + 3 * DAY, at_most=1) == 1
        assert history.forget(project, now=START + 3 * DAY) == 0
        assert history.kept(project) == history.Kept(1, START + 2 * DAY)
        with pytest.raises(Refused, match="complete from 2026-03-03T12:00:00Z") as refused:
            list(history.members_at(project, "pro", START))
        assert refused.value.code == "history-forgotten"
        at_two = [was.external for was in history.members_at(project, "pro", START + 2 * DAY)]
        assert at_two == ["bob"]
        first = history.changes(project, "pro", limit=2)
        assert not first.is_complete and [flip.profile for flip in first.flips] == ["bob", "bob"]
        assert history.changes(project, "pro", after=first.next).is_complete
        over_time = history.population(project, "pro", since=START, until=START + 3 * DAY, points=4)
        assert over_time.complete_from == START + 2 * DAY
        assert [size for _, size in over_time.points][2:] == [1, 1]


def test_a_bulk_computation_takes_old_intervals_away_too(tmp_path: Path) -> None:
    with project_with(tmp_path) as project:
        do(project, calls.Identify("ann", {"plan": "pro"}), START)
        do(project, calls.Identify("ann", {"plan": None}), START + 1)
        history.retain(project, 1)
        segments.recompute(project, now=START + 2 * DAY)
        assert history.changes(project).flips == ()


@pytest.mark.parametrize("statement", chronicle._FLIPS)
def test_flips_are_read_in_the_order_of_an_index(statement: str, tmp_path: Path) -> None:
    with project_with(tmp_path) as project:
        bound = {"segment": 1, "after": 0, "since": 0}
        plan = project.connection.execute(f"explain query plan {statement}", bound).fetchall()
    assert "TEMP B-TREE" not in str(plan), plan

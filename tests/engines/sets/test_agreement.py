"""The set engine against the interpreter, on stores that change under its snapshots."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.interpreter.people import DAY, NOW, POOLS, documents, times
from engines.sets.filled import add, remove, store_of
from language.strategies import rules
from segql.engines import sets
from segql.engines.interpreter.holds import compile_rule
from segql.language.parse import parse_rule
from segql.language.syntax import Rule
from segql.model.instants import Moment
from segql.rules import rule as core
from segql.rules.desugar import desugar
from segql.store.driver import Connection
from segql.store.facts import StoredFacts, facts_of

ZONES = ("UTC", "Europe/Zurich", "America/Santiago", "Asia/Kathmandu")
IDS = ("u1", "u2", "u3", "u4", "u5", "u6", "u7")

NEW = """
trait.plan changed within 2d
trait.company.size unchanged for 1d
trait.company changed within 30d
trait.seats not changed within 12h
trait.plan unchanged for 1mo
trait.seats < trait.company.size
trait.seats >= account.seats
trait.seats = account.seats
trait.plan = account.plan
trait.plan != account.plan
trait.plan = trait.email
trait.email = email
trait.plan = account
trait.renews_at <= account.renews_at
trait.renews_at > last_seen
trait.renews_at = first_seen
trait.renews_at < trait.seats
trait.seats <= events
last_event < last_survey
events >= surveys_seen
survey "nps".score <= survey "csat".score
survey "nps".paid_at >= trait.renews_at
survey "nps".score = trait.seats
account.renews_at < survey "nps".paid_at
did "export" having first(amount) > 1
did "export" having last(amount) = 9
did "export" having last(format) contains "ro"
did "export" having first(paid_at) within 2d
did "export" having last(format) is known
did "export" having first(format) is empty
did "export" having last(format) not in ("pro", "Pro")
did "export" having most frequent(format) = "pro"
did "export" having most frequent(amount) <= 2
did "export" having most frequent(amount) = true
did "export" having most frequent(paid_at) within 30d
did "export" having most frequent(format) starts with "s"
did "export" having most frequent(format) is unknown
did "export" where amount > 0 having most frequent(format) != "pro" within 30d
did "export" having most frequent(format) = "pro" in at least 1 of the last 3 days
did "export" having last(amount) > 1 in at least 2 of the last 5 weeks
did "export" in at least 2 of the last 3 days
did "export" at most 1 time in at least 2 of the last 3 days
did "export" exactly 0 times in at most 2 of the last 4 weeks
did "export" at least 2 times in exactly 1 of the last 2 months
did "export" where format = "pro" on at least 2 days in at least 1 of the last 4 weeks
did "export" having sum(amount) > 9 in at least 1 of the last 4 weeks
did "export" having count distinct(format) = 0 in at least 2 of the last 4 weeks
any teammate (trait.plan = "pro")
every teammate (trait.plan = "pro")
any teammate (did "export" within 2d and trait.plan != "pro")
every teammate (not did "export" or trait.seats > 1)
any teammate (every teammate (did "export") and trait.plan is known)
every teammate (any teammate (in segment "new"))
any teammate (trait.seats > account.seats)
any teammate (everyone)
every teammate (no one)
""".strip().splitlines()
"""Rules of every form that looks at changes, pairs, picked values, units or teammates."""


def parse(text: str) -> Rule:
    parsed = parse_rule(text)
    assert parsed.rule is not None, (text, str(parsed.diagnostics))
    return parsed.rule


WRITTEN = [parse(text) for text in NEW]


@st.composite
def written_rules(draw: st.DrawFn) -> Rule:
    if draw(st.booleans()):
        return draw(rules(POOLS))
    return WRITTEN[draw(st.integers(0, len(WRITTEN) - 1))]


people = st.lists(
    st.tuples(documents(), st.sampled_from(IDS)).map(lambda pair: {**pair[0], "id": pair[1]}),
    max_size=5,
)
Batch = tuple[set[int], tuple[float, bool], list[dict[str, Any]], int, str | None]
batches = st.lists(
    st.tuples(
        st.sets(st.integers(0, 5), min_size=1),
        st.sampled_from(((1.0, True), (0.0, True), (0.0, False))),
        people,
        times(),
        st.sampled_from((None, *IDS)),
    ),
    min_size=1,
    max_size=4,
)


def expected(
    connection: Connection, rule: core.Rule, moment: Moment, listed: dict[str, set[int]]
) -> set[int]:
    """The internal ids for which the interpreter says that `rule` holds."""
    holds = compile_rule(rule).at(moment)
    found = set()

    def in_segment(facts: StoredFacts, name: str) -> bool:
        return facts.profile in listed.get(name, ())

    for (profile,) in connection.execute("select id from profiles").fetchall():
        facts = facts_of(connection, profile, in_segment=in_segment)
        if facts is not None and holds(facts):
            found.add(profile)
    return found


scenes = st.tuples(
    people,
    st.lists(written_rules(), min_size=6, max_size=6),
    batches,
    st.sampled_from(ZONES),
    st.sampled_from((1, 2, 3, 1 << 18)),
    st.sampled_from((0, 0, -DAY, -3 * DAY // 2)),
)
Scene = tuple[list[dict[str, Any]], list[Rule], list[Batch], str, int, int]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenes)
def test_snapshots_and_what_changed_since_give_what_the_interpreter_gives(scene: Scene) -> None:
    agree(*scene)


@pytest.mark.slow
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenes)
def test_very_many_of_them_do(scene: Scene) -> None:
    agree(*scene)


def agree(
    first: list[dict[str, Any]],
    written: list[Rule],
    later: list[Batch],
    zone: str,
    part_slots: int,
    away: int,
) -> None:
    """Evaluate some rules after each batch of changes, on snapshots from before it or new ones."""
    place, moment = ZoneInfo(zone), Moment(NOW + away, ZoneInfo(zone))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "people.db"
        connection = store_of(path, first, place)
        listed: dict[str, set[int]] = {name: set() for name in POOLS.segments}
        for wanted, (stale_share, persist), more, at, gone in later:
            catalog = {str(number): desugar(written[number]) for number in wanted}
            result = sets.evaluate(
                path,
                catalog,
                moment=moment,
                manual=listed,
                part_slots=part_slots,
                stale_share=stale_share,
                persist=persist,
            )
            for name, rule in catalog.items():
                members = result.ids(name).tolist()
                assert set(members) == expected(connection, rule, moment, listed), name
                assert members == sorted(members)
                assert result.count(name) == len(members)
            add(connection, more, place, now=at)
            if gone is not None:
                remove(connection, gone)
            ids = dict(connection.execute("select external, id from profiles").fetchall())
            for document in more:
                for name in document.get("segments", ()):
                    if document["id"] in ids:
                        listed[name].add(ids[document["id"]])
        connection.close()

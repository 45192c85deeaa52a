"""The set engine against the interpreter, on stores that change under its snapshots."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engines.interpreter.people import DAY, NOW, POOLS, documents
from engines.sets.filled import add, remove, store_of
from language.strategies import rules
from segql.engines import sets
from segql.engines.interpreter.holds import compile_rule
from segql.language.syntax import Rule
from segql.model.instants import Moment
from segql.rules import rule as core
from segql.rules.desugar import desugar
from segql.store.driver import Connection
from segql.store.facts import StoredFacts, facts_of

ZONES = ("UTC", "Europe/Zurich", "America/Santiago", "Asia/Kathmandu")
IDS = ("u1", "u2", "u3", "u4", "u5", "u6", "u7")

people = st.lists(
    st.tuples(documents(), st.sampled_from(IDS)).map(lambda pair: {**pair[0], "id": pair[1]}),
    max_size=5,
)
batches = st.lists(
    st.tuples(
        st.sets(st.integers(0, 5), min_size=1),
        st.sampled_from(((1.0, True), (0.0, True), (0.0, False))),
        people,
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


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    people,
    st.lists(rules(POOLS), min_size=6, max_size=6),
    batches,
    st.sampled_from(ZONES),
    st.sampled_from((1, 2, 3, 1 << 18)),
    st.sampled_from((0, 0, -DAY, -3 * DAY // 2)),
)
def test_snapshots_and_what_changed_since_give_what_the_interpreter_gives(
    first: list[dict[str, Any]],
    written: list[Rule],
    later: list[tuple[set[int], tuple[float, bool], list[dict[str, Any]], str | None]],
    zone: str,
    part_slots: int,
    away: int,
) -> None:
    place, moment = ZoneInfo(zone), Moment(NOW + away, ZoneInfo(zone))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "people.db"
        connection = store_of(path, first, place)
        listed: dict[str, set[int]] = {name: set() for name in POOLS.segments}
        for wanted, (stale_share, persist), more, gone in later:
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
            add(connection, more, place)
            if gone is not None:
                remove(connection, gone)
            ids = dict(connection.execute("select external, id from profiles").fetchall())
            for document in more:
                for name in document.get("segments", ()):
                    if document["id"] in ids:
                        listed[name].add(ids[document["id"]])
        connection.close()

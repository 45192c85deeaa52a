"""The interpreter against the naive oracle, over the whole language."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import oracle
from engines.interpreter.people import NOW, POOLS, documents
from language.strategies import rules
from segql.engines.interpreter.holds import compile_rule
from segql.engines.interpreter.memory import Profile
from segql.language.syntax import Rule
from segql.model.instants import Moment
from segql.rules.desugar import desugar
from segql.rules.rule import AtLeast, InSegment

ZONES = ("UTC", "Europe/Zurich", "America/Santiago", "Asia/Kathmandu")
QUICK = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(rules(POOLS), st.lists(documents(), max_size=4), st.sampled_from(ZONES))
def test_it_agrees_with_the_oracle(rule: Rule, people: list[dict[str, Any]], zone: str) -> None:
    place = ZoneInfo(zone)
    holds = compile_rule(desugar(rule)).at(Moment(NOW, place))
    for document in people:
        expected = oracle.holds(rule, document, now=NOW, zone=place)
        assert holds(Profile.of(document, zone=zone)) == expected, (rule, document)


def test_one_compiled_rule_serves_many_moments() -> None:
    from segql.language.syntax import Did, Within
    from segql.model.durations import Duration

    compiled = compile_rule(desugar(Did("export", window=Within(Duration(1, "d")))))
    profile = Profile.of({"events": [{"event": "export", "time": NOW}]})
    day = 86_400_000
    verdicts = [
        compiled.at(Moment(now, ZoneInfo("UTC")))(profile)
        for now in (NOW - 1, NOW, NOW + day - 1, NOW + day)
    ]
    assert verdicts == [False, True, True, False]


def test_at_least_asks_no_more_than_it_must() -> None:
    asked: list[str] = []

    class Watched:
        def in_segment(self, name: str) -> bool:
            asked.append(name)
            return name.startswith("in")

    def verdict(least: int, *names: str) -> bool:
        asked.clear()
        rule = AtLeast(least, tuple(map(InSegment, names)))
        holds = compile_rule(rule).at(Moment(NOW, ZoneInfo("UTC")))
        return holds(Watched())  # type: ignore[arg-type] # nothing else is asked

    assert verdict(2, "in 1", "in 2", "in 3")
    assert asked == ["in 1", "in 2"]
    assert not verdict(3, "in 1", "out 1", "in 2")
    assert asked == ["in 1", "out 1"]
    assert verdict(0)
    assert not verdict(2, "in 1")

"""What is said never to hold never does: every pair of many conditions, over many profiles."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

import segql
from segql.model.values import Json
from segql.rules.canonical import canonical
from segql.rules.contradictions import conflicts, constant
from segql.rules.desugar import desugar
from segql.rules.rule import Trait

NOW = "2026-03-11T12:00:00Z"

ON_A_TRAIT = [
    "= 5", "!= 5", "> 5", ">= 5", "< 5", "<= 5", "= 3", "> 3", "between 3 and 5", "in (3, 5)",
    "not in (3, 5)", "not between 1 and 9", '= "a"', '= "A"', '= "a" ignoring case',
    '!= "a"', 'in ("a", "ab")', 'not in ("a", "ab")', 'starts with "a"', 'starts with "ab"',
    'starts with "b"', 'ends with "b"', 'not starts with "a"', 'contains "b"', 'not contains "b"',
    'contains "ab"', "is known", "is unknown", "is empty", "is not empty", "= true", "!= true",
    "is promoter", "is detractor", "within 7d", "not within 30d", "more than 30d ago",
    "during this month", "during last month", "on today", "before 2026-03-01", "= 2026-03-10",
    "after 2026-03-05", "within next 7d", 'matches "a"', 'contains any of ("a", "x")',
]  # fmt: skip
VALUES: list[Json] = [
    None, 5, 3, 4, 0, 9, 10, True, False, "a", "A", "ab", "b", "", "xab", [], [3, 9], ["a", "b"],
    ["ab", 5], [1, 10], ["A"], "2026-03-10", "2026-03-11T11:00:00Z", "2026-02-15", "2026-03-01",
    "2025-12-31", "2026-03-14", ["2026-03-10", "2026-02-01"], {"b": 1},
]  # fmt: skip
ON_BEHAVIOUR = [
    'did "a"', 'did "a" within 7d', 'did "a" within 30d', 'not did "a" within 7d',
    'not did "a" within 30d', 'not did "a"', 'did "a" at least 3 times', 'did "a" exactly 1 time',
    'did "a" at most 2 times within 30d', 'did "a" on at least 2 days', 'did "a" before 30d ago',
    'did "a" on at most 1 day', 'did "a" where x = 1', 'not did "a" where x = 1',
    'first did "a" within 7d', 'last did "a" before 7d ago', 'first did "a" before 30d ago',
    'did "a" then "b"', 'did "a" then not "b"', 'not did "b"', 'did "b" within 7d',
    'did "a" between 30d and 7d ago', 'did "a" during last month', 'did "a" during this month',
    'did "a" since 2026-03-01', 'did "a" having sum(x) > 1',
    'did "a" in at least 2 of the last 3 weeks',
    "events > 2", "events <= 2", "events = 0", "events is known", "events >= 0", "events < 0",
    "last_event within 7d", "last_event more than 30d ago", "last_event within next 7d",
]  # fmt: skip
TIMES = ["2026-03-11T09:00:00Z", "2026-03-11T10:00:00Z", "2026-03-06T10:00:00Z",
         "2026-02-20T10:00:00Z", "2026-02-01T10:00:00Z", "2025-11-01T10:00:00Z"]  # fmt: skip


def people() -> list[Any]:
    found: list[Any] = [{"traits": {} if value is None else {"t": value}} for value in VALUES]
    acts = [
        {"event": "a", "time": time, "properties": {"x": n % 3}} for n, time in enumerate(TIMES)
    ]
    for size in range(4):
        for chosen in combinations(acts, size):
            found.append({"events": list(chosen)})
            found.append({"events": [*chosen, {"event": "b", "time": TIMES[2]}]})
    return found


PEOPLE = [segql.Profile.of(person) for person in people()]
LISTS = [isinstance(person.get("traits", {}).get("t"), list) for person in people()]


def holding(texts: list[str]) -> dict[str, tuple[bool, ...]]:
    return {text: tuple(map(segql.compile(text, now=NOW), PEOPLE)) for text in texts}


@pytest.mark.parametrize(
    "texts", [[f"trait.t {test}" for test in ON_A_TRAIT], ON_BEHAVIOUR], ids=["trait", "behaviour"]
)
def test_what_never_holds_together_never_does(texts: list[str]) -> None:
    holds = holding(texts)
    rules = {text: canonical(desugar(segql.parse(text))) for text in texts}
    claimed = 0
    for one, other in combinations(texts, 2):
        for found in conflicts([rules[one], rules[other]]):
            claimed += 1
            for person, (first, second) in enumerate(zip(holds[one], holds[other], strict=True)):
                if found.unless_list is None or not LISTS[person]:
                    assert not (first and second), (one, other, found, people()[person])
    assert claimed > 40


def test_what_always_or_never_holds_does() -> None:
    texts = [f"trait.t {test}" for test in ON_A_TRAIT] + ON_BEHAVIOUR
    holds = holding(texts)
    said = {text: constant(desugar(segql.parse(text))) for text in texts}
    assert {text for text, found in said.items() if found is not None} >= {
        "events is known", "events >= 0", "events < 0", "last_event within next 7d",
    }  # fmt: skip
    for text, found in said.items():
        if found is not None:
            assert set(holds[text]) == {found.holds}, text


def test_a_conflict_names_its_parts_and_the_list_that_would_resolve_it() -> None:
    parts = [
        canonical(desugar(segql.parse(text))) for text in ("everyone", "trait.x > 5", "trait.x < 3")
    ]
    (found,) = conflicts(parts)
    assert found.parts == (1, 2)
    assert found.unless_list == Trait(("x",))
    assert found.why == "no number passes both"

"""What `having` tests: numbers over some activities, or a value of a property (§2 Behaviour)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from segql.engines.interpreter.attributes import reader
from segql.engines.interpreter.checks import bind_check
from segql.engines.interpreter.facts import Timeline
from segql.model.instants import Moment
from segql.model.rounding import mean, total
from segql.model.values import (
    Json,
    Kind,
    Scalar,
    elements,
    is_known,
    kind_of,
    reads_numbers_as_dates,
)
from segql.rules.rule import Having

Passes: TypeAlias = Callable[[Timeline, Sequence[int]], bool]
"""Whether the activities of a timeline at some indexes pass."""


def bind_having(having: Having) -> Callable[[Moment], Passes]:
    """Whether the aggregate over some activities passes the test."""
    check_at, negated = bind_check(having.test, numbers=_reads_dates(having)), having.negated

    def bind(moment: Moment) -> Passes:
        check = check_at(moment)
        # A missing aggregate is None, which passes no check.
        return lambda line, indexes: check(aggregate(having, line, indexes)) is not negated

    return bind


def _reads_dates(having: Having) -> bool:
    match having.aggregate:
        case "first" | "last" | "most frequent":
            return reads_numbers_as_dates(having.path)
        case _:
            return False


def aggregate(having: Having, line: Timeline, indexes: Sequence[int]) -> Json:
    """The aggregate over the activities at `indexes`; None when missing, or not finite."""
    values = map(reader(having.path), map(line.properties, indexes))
    match having.aggregate:
        case "first":
            return next(filter(is_known, values), None)
        case "last":
            backwards = map(reader(having.path), map(line.properties, reversed(indexes)))
            return next(filter(is_known, backwards), None)
        case "most frequent":
            return _most_frequent(values)
        case "count distinct":
            return float(len(set(_scalars(values))))
        case _:
            return _of_numbers(having, values)


def _of_numbers(having: Having, values: Iterable[Json]) -> float | None:
    """Over the numbers only, each element of a list by itself."""
    found = (element for value in values for element in elements(value))
    numbers = [element for element in found if isinstance(element, float)]
    if not numbers:
        return None
    match having.aggregate:
        case "sum":
            return total(numbers)
        case "avg":
            return mean(numbers)
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case other:
            raise AssertionError(f"{other} is not over numbers")


def _most_frequent(values: Iterable[Json]) -> Scalar | None:
    """The scalar there is most often; of several the one seen last."""
    counts: Counter[tuple[Kind, Scalar]] = Counter()
    last_seen: dict[tuple[Kind, Scalar], int] = {}
    for place, pair in enumerate(_scalars(values)):
        counts[pair] += 1
        last_seen[pair] = place
    if not counts:
        return None
    return max(counts, key=lambda pair: (counts[pair], last_seen[pair]))[1]


def _scalars(values: Iterable[Json]) -> Iterable[tuple[Kind, Scalar]]:
    """The known scalars with their kinds, as Python holds `1 == True`; list elements one by one."""
    for value in values:
        for element in elements(value):
            if isinstance(element, bool | float | str):
                yield kind_of(element), element

"""Calendar edges: the local midnights at which a rule's own windows move, the same for everybody.

The other windows move with every millisecond, and pass different profiles at different instants
(`engines.interpreter.edges`). A rule without calendar edges has only those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TypeAlias

from segql.model.calendar import day_start, local_day, months_away, shifted, unit_start
from segql.model.instants import Instant, Moment
from segql.model.windows import DaysAway, Edge, MonthsAway, UnitEdge, Window
from segql.rules.rule import (
    ChangedIn,
    ContainsElement,
    DateIn,
    Did,
    Having,
    Holds,
    InSegment,
    Nth,
    Rule,
    Sequence,
    Several,
    Test,
)
from segql.rules.shape import walk, wheres

CalendarAnchor: TypeAlias = DaysAway | MonthsAway | UnitEdge


def calendar_anchors(
    rule: Rule, *, rules: Mapping[str, Rule] | None = None
) -> frozenset[CalendarAnchor]:
    """The calendar anchors of the windows of `rule`, and of the segments it leads to in `rules`.

    Empty for a rule that time changes for one profile after the other only, or not at all.
    """
    rules, found, waiting = rules or {}, set[CalendarAnchor](), [rule]
    seen: set[str] = set()
    while waiting:
        for part in walk(waiting.pop()):
            found.update(_anchors(part))
            waiting += wheres(part)
            if isinstance(part, InSegment) and part.name in rules and part.name not in seen:
                seen.add(part.name)
                waiting.append(rules[part.name])
    return frozenset(found)


def calendar_edges(
    rule: Rule, moment: Moment, *, until: Instant, rules: Mapping[str, Rule] | None = None
) -> Iterator[Instant]:
    """The instants after now, up to and with `until`, at which such a window moves; ascending."""
    anchors = calendar_anchors(rule, rules=rules)
    if not anchors:
        return
    day, zone = local_day(moment.now, moment.zone), moment.zone
    while day < date.max and (starts := day_start(shifted(day, 1), zone)) <= until:
        before, day = day, local_day(starts, zone)
        if any(_place(anchor, before) != _place(anchor, day) for anchor in anchors):
            yield starts


def _place(anchor: CalendarAnchor, today: date) -> date:
    """Something that changes exactly when the anchor moves."""
    match anchor:
        case DaysAway():
            return today
        case MonthsAway(months):
            return months_away(today, months)
        case UnitEdge(unit, _):
            return unit_start(today, unit)


def _anchors(part: Rule) -> Iterator[CalendarAnchor]:
    if isinstance(part, Did) and part.units is not None:
        yield UnitEdge(part.units.unit, 0)
    match part:
        case Holds(_, test):
            windows = _windows(test)
        case Did(having=Having(test=test), window=window):
            windows = (window, *_windows(test))
        case Did(window=window) | Nth(window=window) | Sequence(window=window):
            windows = (window,)
        case _:
            windows = ()
    for window in windows:
        for edge in (window.low, window.high):
            match edge:
                case Edge(DaysAway() | MonthsAway() | UnitEdge() as anchor):
                    yield anchor


def _windows(test: Test) -> tuple[Window, ...]:
    match test:
        case DateIn(window) | ContainsElement(DateIn(window)) | ChangedIn(window):
            return (window,)
        case Several(_, tests):
            return tuple(window for one in tests for window in _windows(one))
        case _:
            return ()

"""Plans that may flip a test on a trait, a field or an answer: proposals, checked by `flips`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import ceil
from typing import Final, assert_never
from zoneinfo import ZoneInfo

from segql.engines.explanation.altered import with_value
from segql.engines.explanation.fitting import failing, instant_inside, passing
from segql.engines.explanation.wording import (
    found_words,
    operand_words,
    range_words,
    span_words,
    test_words,
)
from segql.engines.interpreter.attributes import value_of
from segql.engines.interpreter.facts import Facts
from segql.model.calendar import MS_PER_DAY
from segql.model.changes import Add, Kind, Plan, SetValue
from segql.model.fields import COUNT_FIELDS, TIME_FIELDS
from segql.model.instants import Instant, Moment, iso, read_instant
from segql.model.values import Json
from segql.model.windows import bounds
from segql.rules.rule import (
    AccountTrait,
    Answer,
    ChangedIn,
    Compares,
    DateIn,
    Equals,
    Field,
    Holds,
    Known,
    NumberIn,
    Property,
    Trait,
)

ANY: Final = "any"
"""The name of an event or a survey where every other one would do as well."""
MOST_ADDED: Final = 1_000
"""How many events a plan adds at most."""

_DOING: Final = {
    "event": ("do any event", "event"),
    "seen": ("see any survey", "survey seen"),
    "completed": ("complete any survey", "survey completed"),
    "dismissed": ("dismiss any survey", "survey dismissed"),
}
_KINDS: Final[dict[str, Kind]] = {
    "events": "event",
    "last_event": "event",
    "first_seen": "event",
    "last_seen": "event",
    "last_survey": "seen",
    "surveys_seen": "seen",
    "surveys_completed": "completed",
    "surveys_dismissed": "dismissed",
    "last_survey_seen": "seen",
    "last_survey_completed": "completed",
    "last_survey_dismissed": "dismissed",
}


def value_plans(condition: Holds, holds: bool, facts: Facts, moment: Moment) -> Iterator[Plan]:
    """Plans that may make `condition` fail when it `holds`, or hold when it does not."""
    operand, test = condition.operand, condition.test
    found = value_of(operand, facts, moment.now)
    if isinstance(operand, Trait) and isinstance(test, ChangedIn):
        yield from _changes(operand, found)
        return
    values = failing(test, found) if holds else passing(test, found, moment)
    words = _words(condition, holds, found, moment)
    match operand:
        case Trait(path):
            yield from ((SetValue("trait", path, value, words),) for value in values)
        case AccountTrait(path):
            yield from ((SetValue("account trait", path, value, words),) for value in values)
        case Answer(survey, path):
            for value in (*values, *_others(found)) if holds else values:
                if value is not None:
                    given = with_value({}, path, value)
                    yield (Add("partial", survey, (moment.now,), (given,), words),)
        case Field(name):
            yield from _field_plans(name, values, condition, holds, facts, moment)
        case Property():
            pass  # stands only inside `where`
        case _:
            assert_never(operand)


def _field_plans(
    name: str,
    values: Iterable[Json],
    condition: Holds,
    holds: bool,
    facts: Facts,
    moment: Moment,
) -> Iterator[Plan]:
    found = facts.field(name, moment.now)
    if name in ("email", "account"):
        words = _words(condition, holds, found, moment)
        for value in values:
            if value is None or isinstance(value, str):
                yield (SetValue("field", (name,), value, words),)
    elif name in COUNT_FIELDS:
        yield from _counted(name, values, found, moment.now)
    elif name in TIME_FIELDS:
        yield from _at_some_time(name, condition, holds, moment)
    # An id stays what it is.


def _changes(trait: Trait, found: Json) -> Iterator[Plan]:
    name = operand_words(trait)
    new = "new" if found != "new" else "other"
    yield (SetValue("trait", trait.path, new, f"change {name}"),)
    yield (SetValue("trait", trait.path, None, f"{name} must be missing {found_words(found)}"),)


def compare_plans(condition: Compares, holds: bool, facts: Facts, moment: Moment) -> Iterator[Plan]:
    """Plans that may flip a comparison of two attributes: one of them is set beside the other."""
    sides = (condition.operand, condition.other)
    left, right = (value_of(side, facts, moment.now) for side in sides)
    one, other = map(operand_words, sides)
    how = {"=": "be", "<": "be less than", "<=": "be at most"}[condition.op]
    words = f"{one} must {'not ' if holds else ''}{how} {other} {found_words(left)}"
    zone = moment.zone
    below, above = (None, None) if holds else (_beside(right, -1, zone), _beside(left, 1, zone))
    equal = condition.op != "<"
    for side, value, same in ((sides[0], below, right), (sides[1], above, left)):
        for new in (same, value) if equal and not holds else (value,):
            match side:
                case Trait(path):
                    yield (SetValue("trait", path, new, words),)
                case AccountTrait(path):
                    yield (SetValue("account trait", path, new, words),)
                case Answer(survey, path) if new is not None:
                    given = with_value({}, path, new)
                    yield (Add("partial", survey, (moment.now,), (given,), words),)
                case _:
                    pass


def _beside(value: Json, sign: int, zone: ZoneInfo) -> Json:
    """A value a little less than `value`, or a little more; None where there is none."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value + sign
    if isinstance(value, str):
        instant = read_instant(value, zone)
        return None if instant is None else iso(instant + sign * MS_PER_DAY)
    return None


def _words(condition: Holds, holds: bool, found: Json, moment: Moment) -> str:
    operand, test = condition.operand, condition.test
    name, now = operand_words(operand), found_words(found)
    match test:
        case Equals() if not holds:
            said = test_words(test, moment).removeprefix("be ")
            if isinstance(operand, Answer):
                return f"answer {name} with {said}"
            return f"set {name} to {said}"
        case Known() if holds:
            return f"{name} must be missing {now}"
        case NumberIn(low, high, low_included, high_included) if holds and _is_open(low, high):
            # Not at least 10 is less than 10.
            left = NumberIn(high, low, not high_included, not low_included)
            return f"{name} must be {range_words(left)} {now}"
        case _:
            return f"{name} must {'not ' if holds else ''}{test_words(test, moment)} {now}"


def _is_open(low: float, high: float) -> bool:
    return abs(low) == float("inf") or abs(high) == float("inf")


def _others(found: Json) -> tuple[Json, ...]:
    """Answers that are not the present one, to be given instead: none can be taken back."""
    if isinstance(found, bool):
        return (not found,)
    return ("other", 0, found + 1) if isinstance(found, int | float) else ("other", 0)


def _counted(name: str, values: Iterable[Json], found: Json, now: Instant) -> Iterator[Plan]:
    assert isinstance(found, int | float)
    kind = _KINDS[name]
    for value in values:
        if isinstance(value, int | float) and 0 < (more := ceil(value - found)) <= MOST_ADDED:
            noun = _DOING[kind][1]
            words = f"needs {more:,} more {noun if more == 1 else f'{noun}s'} of any name"
            yield (Add(kind, ANY, (now,) * more, ({},) * more, words),)


def _at_some_time(name: str, condition: Holds, holds: bool, moment: Moment) -> Iterator[Plan]:
    """Do something at a time that makes the field fit, or now."""
    kind = _KINDS[name]
    words, test = _DOING[kind][0], condition.test
    if not holds and isinstance(test, DateIn):
        time = instant_inside(test.window, moment, last=moment.now)
        if time is not None:
            if time != moment.now:
                words = f"{words} {span_words(*bounds(test.window, moment), moment)}"
            yield (Add(kind, ANY, (time,), ({},), words),)
    yield (Add(kind, ANY, (moment.now,), ({},), words),)

"""Plans that may flip a condition on behaviour: proposals, checked by `flips`.

What is missing is done at the latest instant that the window allows, so that it stays inside for as
long as it can; what is too much is taken back, the newest first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from segql.engines.explanation.altered import with_value
from segql.engines.explanation.fitting import failing, passing, plain, properties_for
from segql.engines.explanation.value_changes import ANY, MOST_ADDED
from segql.engines.explanation.wording import (
    doing_words,
    fewer_words,
    number_of,
    shown,
    span_words,
    values_words,
)
from segql.engines.interpreter.aggregates import aggregate
from segql.engines.interpreter.behaviour import days_in, matching, timeline_of
from segql.engines.interpreter.behaviour_edges import Passing, bound_filter
from segql.engines.interpreter.facts import Facts, Timeline
from segql.model.calendar import day_start, local_day, shifted
from segql.model.changes import Add, Kind, Plan, Remove
from segql.model.crossings import NEVER
from segql.model.instants import MIN_INSTANT, Instant, Moment, local_text
from segql.model.values import Json, at_path, elements
from segql.model.windows import activity_bounds
from segql.rules.rule import Activity, Did, Event, Having, Nth, Range


@frozen
class Doing:
    """What a profile did of one kind, and where more of it could be."""

    activity: Activity
    line: Timeline
    indexes: Sequence[int]
    """What the condition counts: in the window, and left by `where`."""
    span: tuple[Instant, Instant]
    moment: Moment
    fitting: Mapping[str, Json] | None
    """Properties that `where` leaves; None where none are thought of."""
    leaves: Instant = NEVER
    """When the first of those counted leaves the window, or it closes: by then more is needed."""

    def latest(self) -> Instant | None:
        """The last instant in the window that is not in the future."""
        low, high = self.span
        return high - 1 if max(low, MIN_INSTANT) < high else None

    def adding(self, times: Iterable[Instant], words: str, *values: Mapping[str, Json]) -> Plan:
        """The plan to do it at `times`, the first ones with `values`, the others just fitting."""
        name = self.activity.name if isinstance(self.activity, Event) else self.activity.survey
        times = tuple(times)
        rest = (self.fitting or {},) * (len(times) - len(values))
        pairs = sorted(zip(times, (*values, *rest), strict=True), key=lambda pair: pair[0])
        times, every = tuple(time for time, _ in pairs), tuple(given for _, given in pairs)
        return (Add(kind_of_activity(self.activity), name or ANY, times, every, words),)

    def removing(self, places: Iterable[int], words: str) -> Plan:
        """The plan to take back what is at `places` of the line."""
        name = self.activity.name if isinstance(self.activity, Event) else self.activity.survey
        places = tuple(sorted(places))
        times = tuple(self.line.times[place] for place in places)
        return (Remove(kind_of_activity(self.activity), name, places, times, words),)

    def where_words(self) -> str:
        """By when, or in which window, it has to be done."""
        low, high = self.span
        now = self.moment.now
        if low <= now < high:
            if self.leaves == NEVER:
                return ""
            return f" before {local_text(self.leaves, self.moment.zone)}"
        return f" {span_words(low, high, self.moment)}"


def kind_of_activity(activity: Activity) -> Kind:
    """What an activity is in a change."""
    return "event" if isinstance(activity, Event) else activity.action


def did_plans(did: Did, holds: bool, facts: Facts, moment: Moment) -> Iterator[Plan]:
    """Plans that may make `did` fail when it `holds`, or hold when it does not."""
    line = timeline_of(did.activity)(facts)
    where = bound_filter(did.where)(moment)
    low, high = activity_bounds(did.window, moment)
    passing_by = Passing(line, did.window, moment, where)
    doing = Doing(
        did.activity,
        line,
        matching(line, where, low, high),
        (low, high),
        moment,
        properties_for(did.where, moment),
        _closes(did, passing_by),
    )
    if doing.fitting is not None and doing.latest() is not None:
        yield from _more(did, doing, holds)
    yield from _fewer(did, doing, holds)


def _closes(did: Did, passing_by: Passing) -> Instant:
    """When more is needed, or the window is closed for what is done from now on."""
    moment, high = passing_by.moment, did.window.high
    closes = NEVER
    if high is not None:
        # What is done at the last instant of a window that stands still is done in time.
        later = activity_bounds(did.window, Moment(NEVER - 1, moment.zone))[1]
        closes = later if moment.now < later < NEVER - 1 else NEVER
    return min(closes, passing_by.leaving(1))


def _more(did: Did, doing: Doing, holds: bool) -> Iterator[Plan]:
    """Do more: up to what is needed, or beyond what is allowed."""
    number = len(doing.indexes)
    days = days_in(doing.line, doing.indexes, doing.moment)
    more_days = 0 if did.days is None else _lacking(did.days, days, holds)
    more = 0 if did.times is None else _lacking(did.times, number, holds)
    latest = doing.latest()
    assert latest is not None, "asked by the caller"
    if 0 < max(more, more_days) <= MOST_ADDED:
        for spots in {more_days, 0} if holds else {more_days}:
            times = list(_free_days(doing, spots))
            if len(times) < spots:
                continue
            lack = (more if holds and not spots else max(more - spots, 0)) if more else 0
            if not spots and not lack:
                continue
            words = _needs(doing, number, len(times) + lack, spots)
            yield doing.adding([*times, *[latest] * lack], words)
    if did.having is not None:
        yield from _aggregated(did.having, doing, holds, max(more, more_days, 1))


def _lacking(accepted: Range, number: int, holds: bool) -> int:
    """How many more are needed, or one more than allowed; 0 where more does not help."""
    if not holds:
        return max(accepted.least - number, 0)
    return 0 if accepted.most is None else max(accepted.most + 1 - number, 0)


def _needs(doing: Doing, number: int, more: int, days: int) -> str:
    having, where = values_words(doing.fitting or {}), doing.where_words()
    if days:
        several = number_of(days, "more day") if number else number_of(days, "day")
        return f"needs {doing_words(doing.activity, more)}{having} on {several}{where}"
    return f"needs {doing_words(doing.activity, more, 'more' if number else '')}{having}{where}"


def _free_days(doing: Doing, number: int) -> Iterator[Instant]:
    """The latest instants on so many days of the window on which nothing counts yet."""
    low, zone, latest = doing.span[0], doing.moment.zone, doing.latest()
    taken = {local_day(doing.line.times[index], zone) for index in doing.indexes}
    while number > 0 and latest is not None and latest >= max(low, MIN_INSTANT):
        day = local_day(latest, zone)
        if day not in taken:
            yield latest
            number -= 1
        starts = day_start(day, zone)
        latest = starts - 1 if day != shifted(day, -1) else None


def _aggregated(having: Having, doing: Doing, holds: bool, number: int) -> Iterator[Plan]:
    """Do more with a value that brings the aggregate where it has to be."""
    latest, path = doing.latest(), having.path
    assert latest is not None, "asked by the caller"
    found = aggregate(having, doing.line, doing.indexes)
    wants_pass = holds is having.negated
    aims = passing(having.test, found, doing.moment) if wants_pass else failing(having.test, found)
    counted = _numbers(having, doing)
    name = f"{having.aggregate}({'.'.join(path)})"
    for aim in aims:
        if aim is None:
            continue
        value: Json = aim
        if having.aggregate == "count distinct":
            yield from _distinct(having, doing, aim, found, latest)
            continue
        words = f"with {'.'.join(path)} {shown(aim)}"
        if isinstance(aim, int | float) and having.aggregate == "sum":
            missing = round(aim - (found if isinstance(found, int | float) else 0), 6)
            value, more_or_less = plain(missing), "more" if missing > 0 else "less"
            words = f"for {shown(plain(abs(missing)))} {more_or_less} in {name}"
        if isinstance(aim, int | float) and having.aggregate == "avg":
            value = plain(aim * (len(counted) + 1) - sum(counted))
        given = with_value(doing.fitting or {}, path, value)
        more = "more" if doing.indexes else ""
        said = f"needs {doing_words(doing.activity, number, more)} {words}{doing.where_words()}"
        yield doing.adding((latest,) * number, said, given)


def _numbers(having: Having, doing: Doing) -> list[float]:
    values = (at_path(doing.line.properties(index), having.path) for index in doing.indexes)
    return [one for value in values for one in elements(value) if isinstance(one, float)]


def _distinct(
    having: Having, doing: Doing, aim: Json, found: Json, latest: Instant
) -> Iterator[Plan]:
    """Do it with values that were not there before."""
    if not isinstance(aim, int | float) or not isinstance(found, int | float):
        return
    more = int(aim - found)
    if 0 < more <= MOST_ADDED:
        new = [with_value(doing.fitting or {}, having.path, f"new {n + 1}") for n in range(more)]
        words = number_of(more, "new value") + f" of {'.'.join(having.path)}"
        said = f"needs {doing_words(doing.activity, more)} with {words}{doing.where_words()}"
        yield doing.adding((latest,) * more, said, *new)


def _fewer(did: Did, doing: Doing, holds: bool) -> Iterator[Plan]:
    """Take back: down to what is allowed, or below what is needed."""
    number = len(doing.indexes)
    if did.times is not None:
        less = _exceeding(did.times, number, holds)
        if 0 < less <= number:
            yield doing.removing(doing.indexes[number - less :], _fewer_words(doing, less))
    if did.days is not None:
        yield from _fewer_days(did.days, doing, holds)
    if did.having is not None and number:
        yield from _fewer_values(did.having, doing)
    if number:
        yield doing.removing(doing.indexes, _fewer_words(doing, number))


def _exceeding(accepted: Range, number: int, holds: bool) -> int:
    """How many fewer are needed, or how many to get below; 0 where fewer does not help."""
    if holds:
        return 0 if accepted.least == 0 else number - accepted.least + 1
    return 0 if accepted.most is None else max(number - accepted.most, 0)


def _fewer_words(doing: Doing, less: int) -> str:
    return fewer_words(doing.activity, less, len(doing.indexes))


def _fewer_days(days: Range, doing: Doing, holds: bool) -> Iterator[Plan]:
    by_day: dict[object, list[int]] = {}
    for index in doing.indexes:
        by_day.setdefault(local_day(doing.line.times[index], doing.moment.zone), []).append(index)
    less = _exceeding(days, len(by_day), holds)
    if 0 < less <= len(by_day):
        fewest = sorted(by_day.values(), key=len)[:less]
        places = [index for indexes in fewest for index in indexes]
        noun = doing_words(doing.activity, 2).partition(" ")[2]
        yield doing.removing(places, f"needs {noun} on {number_of(less, 'day')} fewer")


def _fewer_values(having: Having, doing: Doing) -> Iterator[Plan]:
    """Take back those with the largest values, or with the smallest, one more at a time."""

    def size(index: int) -> float:
        value = at_path(doing.line.properties(index), having.path)
        return max((one for one in elements(value) if isinstance(one, float)), default=0.0)

    ordered = sorted(doing.indexes, key=size)
    for less in range(1, min(len(ordered), 5) + 1):
        for places in (ordered[-less:], ordered[:less]):
            yield doing.removing(places, _fewer_words(doing, less))


# First and last


def nth_plans(nth: Nth, facts: Facts, moment: Moment) -> Iterator[Plan]:
    """Plans that may flip whether the first or the last activity lies in the window."""
    line = facts.events(nth.activity.name)
    where = bound_filter(nth.where)(moment)
    low, high = activity_bounds(nth.window, moment)
    every = matching(line, where, MIN_INSTANT, moment.now + 1)
    doing = Doing(nth.activity, line, every, (low, high), moment, properties_for(nth.where, moment))
    latest = doing.latest()
    inside = [] if latest is None else [latest]
    noun = doing_words(nth.activity, 1) + values_words(doing.fitting or {})
    if doing.fitting is not None:
        for time in (moment.now, *inside, low - 1):
            if MIN_INSTANT <= time <= moment.now:
                said = "now" if time == moment.now else f"at {local_text(time, moment.zone)}"
                yield doing.adding((time,), f"needs {noun} {said}")
    before = [index for index in every if line.times[index] < low]
    after = [index for index in every if line.times[index] >= high]
    for places in (before, after, every):
        if places:
            said = _fewer_words(doing, len(places))
            yield doing.removing(places, said)
            if inside and doing.fitting is not None:
                more = doing.adding(inside, f"needs {noun} in the window")
                yield (*doing.removing(places, said), *more)

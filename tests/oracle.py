"""The naive evaluator that the engines are held against: a rule as written, over a plain document.

Written from `grammar/README.md` alone, slow and obvious: no compilation, no index, no desugaring,
and its own calendar, dates and case folding. It must share nothing with the engines below the
syntax, so that an error in what they share shows here. `§` is the language reference.

A window is a pair of instants, both included: instants are whole milliseconds, so `(a, b]` is
`(a + 1, b)`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from hashlib import md5
from math import floor, inf, isfinite
from typing import Any, TypeAlias, assert_never
from zoneinfo import ZoneInfo

import re2
from attrs import evolve, frozen

from segql.language import syntax as s
from segql.model.durations import Duration

Document: TypeAlias = Mapping[str, Any]
Span: TypeAlias = tuple[float, float]
"""Two instants in ms, both included; infinite where there is no bound."""
Segments: TypeAlias = Mapping[str, s.Rule]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
UNITS = {"s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}


@frozen
class When:
    """The instant of a field of §4, which is neither a number nor a string."""

    ms: int


@frozen
class Person:
    """A document with the moment at which it is looked at."""

    document: Document
    now: int
    zone: ZoneInfo
    segments: Segments


def holds(
    rule: s.Rule, document: Document, *, now: int, zone: ZoneInfo, segments: Segments | None = None
) -> bool:
    """Tell whether `rule` holds for `document` at `now` (ms UTC) in the project's `zone`.

    A segment that is not in `segments` is looked up in the document's own list.
    """
    return true(rule, Person(document, now, zone, segments or {}))


def true(rule: s.Rule, who: Person) -> bool:
    """Logic of §1; the conditions are below."""
    match rule:
        case s.And(items):
            return all(true(item, who) for item in items)
        case s.Or(items):
            return any(true(item, who) for item in items)
        case s.Not(item):
            return not true(item, who)
        case s.Group(how, items, least):
            number = sum(true(item, who) for item in items)
            wanted = {"all": len(items), "any": 1, "at least": least}.get(how)
            return number == 0 if wanted is None else number >= wanted
        case s.Constant(answer):
            return answer
        case s.Teammates(how, part):
            verdicts = [true(part, mate) for mate in team(who)]
            return any(verdicts) if how == "any" else bool(verdicts) and all(verdicts)
        case s.Attribute(operand, test):
            return attribute(operand, test, who)
        case s.Did() | s.SurveyDid():
            return behaviour(rule, who)
        case s.Nth():
            return nth(rule, who)
        case s.Sequence():
            return sequence(rule, who)
        case s.InSegment(name):
            if name in who.segments:
                return true(who.segments[name], who)
            return name in (who.document.get("segments") or ())
        case s.InSample(percent, name):
            text = f"{name or ''}:{who.document.get('id', '')}"
            digits = md5(text.encode(), usedforsecurity=False).hexdigest()[:8]
            return int(digits, 16) < floor(Fraction(percent) * 2**32 / 100)
        case _:
            assert_never(rule)


def team(who: Person) -> list[Person]:
    """Everybody of the account, oneself included; nobody without an account."""
    account = who.document.get("account")
    if account is None:
        return []
    everybody = [who.document, *(who.document.get("teammates") or ())]
    others = [
        {**mate, "account": account, "teammates": everybody[:place] + everybody[place + 1 :]}
        for place, mate in enumerate(everybody)
    ]
    return [evolve(who, document=document) for document in others]


# Days and points in time (§3.4, §3.6)


def ms_of(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


def midnight(day: date, zone: ZoneInfo) -> int:
    """The first instant of `day`: skipped midnights move forward, of two the first counts."""
    wall = datetime.combine(day, time(0), tzinfo=zone)  # fold=0: what the zone says before a change
    try:
        return ms_of(wall.astimezone(UTC))
    except OverflowError:
        return FIRST if day == date.min else LAST


FIRST = ms_of(datetime(1, 1, 1, tzinfo=UTC))
LAST = ms_of(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)) + 999


def today(who: Person) -> date:
    return local_day(who.now, who.zone)


def local_day(instant: int, zone: ZoneInfo) -> date:
    """The day whose span, from its first instant to the next day's, holds `instant`."""
    near = (EPOCH + timedelta(milliseconds=instant)).astimezone(zone).date()
    for day in (near - DAY, near, near + DAY):
        if midnight(day, zone) <= instant < midnight(day + DAY, zone):
            return day
    raise AssertionError(f"no day of {zone} holds {instant}")


def months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def away(length: Duration, sign: int, who: Person) -> int:
    """The point a length before (-1) or after (1) now."""
    if length.unit in UNITS:
        return who.now + sign * length.amount * UNITS[length.unit]
    months = length.amount * (12 if length.unit == "y" else 1)
    return midnight(months_later(today(who), sign * months), who.zone)


def whole_day(day: date, who: Person) -> tuple[int, int]:
    end = LAST if day == date.max else midnight(day + DAY, who.zone) - 1
    return midnight(day, who.zone), end


def extent(point: s.Point, who: Person) -> tuple[int, int]:
    """What a point stands for: a whole local day, or a single instant."""
    match point:
        case s.Day(day):
            return whole_day(day, who)
        case s.NamedDay(name):
            return whole_day(today(who) - (DAY if name == "yesterday" else timedelta(0)), who)
        case s.At(instant):
            return instant, instant
        case s.Now():
            return who.now, who.now
        case s.Ago(length):
            return (away(length, -1, who),) * 2
        case s.FromNow(length):
            return (away(length, 1, who),) * 2
        case _:
            assert_never(point)


def period(name: str, who: Person) -> Span:
    """The whole of `today`, `last week`, `this quarter`, …"""
    day = today(who)
    if name in ("today", "yesterday"):
        return whole_day(day - (DAY if name == "yesterday" else timedelta(0)), who)
    which, unit = name.split()
    if unit == "week":
        start = day - day.weekday() * DAY
        start = start - 7 * DAY if which == "last" else start
        end = start + 7 * DAY
    else:
        months = {"month": 1, "quarter": 3, "year": 12}[unit]
        start = date(day.year, (day.month - 1) // months * months + 1, 1)
        start = months_later(start, -months) if which == "last" else start
        end = months_later(start, months)
    return midnight(start, who.zone), midnight(end, who.zone) - 1


def span_of(window: s.DateWindow | s.EventWindow | None, who: Person) -> Span:
    match window:
        case None:
            return -inf, inf
        case s.Within(length):
            return away(length, -1, who) + 1, who.now
        case s.WithinNext(length):
            return who.now + 1, away(length, 1, who)
        case s.MoreThanAgo(length):
            return -inf, away(length, -1, who) - 1
        case s.MoreThanFromNow(length):
            return away(length, 1, who) + 1, inf
        case s.Before(point):
            return -inf, extent(point, who)[0] - 1
        case s.After(point):
            return extent(point, who)[1] + 1, inf
        case s.Since(point):
            return extent(point, who)[0], who.now
        case s.BetweenPoints(low, high):
            return extent(low, who)[0], extent(high, who)[1]
        case s.BetweenAgo(far, near):
            return away(far, -1, who) + 1, away(near, -1, who)
        case s.On(day):
            return extent(day, who)
        case s.During(name):
            return period(name, who)
        case _:
            assert_never(window)


# Values (§3.1 to §3.3, §3.5)


def present(value: object) -> bool:
    """Whether there is a value at all: null and numbers that are no finite double are none."""
    if isinstance(value, int | float):
        try:
            return isfinite(float(value))
        except OverflowError:
            return False
    return value is not None


def singles(value: object) -> list[object]:
    """What a test looks at one by one: the elements of a list, or the value itself."""
    many = value if isinstance(value, list | tuple) else [value]
    return [one for one in many if present(one)]


def number_in(value: object) -> float | None:
    """The double behind a stored number; flags are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def follow(values: object, path: Sequence[str]) -> object:
    for key in path:
        if not isinstance(values, Mapping):
            return None
        values = values.get(key)
    return values


ISO = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


def date_in(value: object, name: str | None, zone: ZoneInfo) -> int | None:
    """The instant that a stored value reads as; `name` is the last part of its path, if any."""
    if isinstance(value, When):
        return value.ms
    if isinstance(value, str) and name is not None:
        return iso_instant(value, zone)
    number = number_in(value)
    if number is None or name is None or not name.endswith(("_at", "_date")):
        return None
    return inside_years(floor(number * 1000 if abs(number) < 1e11 else number))


def iso_instant(text: str, zone: ZoneInfo) -> int | None:
    found = ISO.fullmatch(text)
    if found is None:
        return None
    day, clock, seconds, fraction, offset = found.groups()
    try:
        wall = datetime.fromisoformat(f"{day}T{clock or '00:00'}:{seconds or '00'}")
        if offset is None:
            wall = wall.replace(tzinfo=zone)
            shift = timedelta(0)
        else:
            sign = -1 if offset[0] == "-" else 1
            digits = "" if offset == "Z" else offset[1:].replace(":", "")
            shift = sign * timedelta(hours=int(digits[:2] or 0), minutes=int(digits[2:] or 0))
            if int(digits[:2] or 0) > 23 or int(digits[2:] or 0) > 59:
                return None
            wall = wall.replace(tzinfo=UTC)
        instant = ms_of(wall.astimezone(UTC) - shift) + int((fraction or "")[:3].ljust(3, "0"))
    except (ValueError, OverflowError):
        return None
    return inside_years(instant)


def inside_years(instant: int) -> int | None:
    return instant if FIRST <= instant <= LAST else None


# The S lines of CaseFolding.txt; `str.casefold` knows the C lines, and F lines that do not count.
SHORT_FOLDS = {
    **{code: code - 8 for start in (0x1F88, 0x1F98, 0x1FA8) for code in range(start, start + 8)},
    **{0x1FBC: 0x1FB3, 0x1FCC: 0x1FC3, 0x1FFC: 0x1FF3, 0x1E9E: 0xDF},
    **{0x1FD3: 0x390, 0x1FE3: 0x3B0, 0xFB05: 0xFB06},
}


def folded(text: str) -> str:
    def one(char: str) -> str:
        if ord(char) in SHORT_FOLDS:
            return chr(SHORT_FOLDS[ord(char)])
        return char.casefold() if len(char.casefold()) == 1 else char

    return "".join(one(char) for char in text)


# Attributes (§2)


def attribute(operand: s.Operand, test: s.AttributeTest, who: Person) -> bool:
    value, name = value_of(operand, who)
    match test:
        case s.Changed():
            assert isinstance(operand, s.Trait)
            return changed(value, operand.path, test, who)
        case s.CompareWith(op, other):
            right, other_name = value_of(other, who)
            pairs = [
                ((one, date_in(one, name, who.zone)), (two, date_in(two, other_name, who.zone)))
                for one in singles(value)
                for two in singles(right)
            ]
            if op == "!=":
                return not any(compared(one, "=", two) for one, two in pairs)
            return any(compared(one, op, two) for one, two in pairs)
        case _:
            return passes(value, name, test, who)


def value_of(operand: s.Operand, who: Person) -> tuple[object, str | None]:
    """What an operand stands for, and the last part of its path, if it has one."""
    match operand:
        case s.Trait(path):
            return follow(who.document.get("traits"), path), path[-1]
        case s.AccountTrait(path):
            account = who.document.get("account") or {}
            return follow(account.get("traits"), path), path[-1]
        case s.Answer(survey, path):
            return latest_answer(survey, path, who), path[-1]
        case s.Field(name):
            return field_value(name, who), None
        case s.Property():
            raise AssertionError("a bare name outside `where`")
        case _:
            assert_never(operand)


def changed(value: object, path: Sequence[str], test: s.Changed, who: Person) -> bool:
    """Whether the value became what it is later than the point so long ago, or no later."""
    times = instants_under(follow(who.document.get("changed"), path), who)
    if not present(value) or not times or max(times) > who.now:
        return test.negated
    is_recent = max(times) > away(test.length, -1, who)
    return (is_recent != test.unchanged) != test.negated


def instants_under(found: object, who: Person) -> list[int]:
    if isinstance(found, Mapping):
        return [at for inner in found.values() for at in instants_under(inner, who)]
    return [] if found is None else [at_of({"time": found}, who)]


def compared(one: tuple[object, int | None], op: str, two: tuple[object, int | None]) -> bool:
    """Two dates as dates, two numbers as numbers; else equal at most, never across kinds."""
    a: float | None
    b: float | None
    (left, a), (right, b) = one, two
    if a is None or b is None:
        a, b = number_in(left), number_in(right)
    if a is not None and b is not None:
        return {"=": a == b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
    kinds = type(left), type(right)
    return op == "=" and kinds in ((str, str), (bool, bool)) and left == right


def passes(value: object, name: str | None, test: s.ValueTest, who: Person) -> bool:
    """Every negated test is exactly `not` of the positive one."""
    match test:
        case s.Compare("!=", literal, fold):
            return not any(equal(one, literal, fold, name, who) for one in singles(value))
        case s.Compare("=", literal, fold):
            return any(equal(one, literal, fold, name, who) for one in singles(value))
        case s.Compare(op, literal):
            return any(ordered(one, op, literal, name, who) for one in singles(value))
        case s.Between(low, high, negated):
            found = any(
                ordered(one, ">=", low, name, who) and ordered(one, "<=", high, name, who)
                for one in singles(value)
            )
            return found != negated
        case s.OneOf(literals, negated, fold):
            pairs = [(one, literal) for one in singles(value) for literal in literals]
            return any(equal(*pair, fold, name, who) for pair in pairs) != negated
        case s.Contains(how, literals, negated, fold):
            verdicts = [has(value, literal, fold, name, who) for literal in literals]
            return (all(verdicts) if how == "all" else any(verdicts)) != negated
        case s.TextTest(how, text, negated, fold):
            texts = [one for one in singles(value) if isinstance(one, str)]
            return any(text_fits(one, how, text, fold) for one in texts) != negated
        case s.Is(what, negated):
            return is_so(value, what) != negated
        case s.Dated(window, negated):
            first, last = span_of(window, who)
            instants = [date_in(one, name, who.zone) for one in singles(value)]
            return any(at is not None and first <= at <= last for at in instants) != negated
        case _:
            assert_never(test)


def equal(one: object, literal: s.Value, fold: bool, name: str | None, who: Person) -> bool:
    match literal:
        case s.Text(text):
            if not isinstance(one, str):
                return False
            return folded(one) == folded(text) if fold else one == text
        case s.Flag(flag):
            return isinstance(one, bool) and one == flag
        case s.Number(number):
            return number_in(one) == number
        case _:
            at = date_in(one, name, who.zone)
            low, high = extent(literal, who)
            return at is not None and low <= at <= high


def ordered(one: object, op: str, literal: s.Value, name: str | None, who: Person) -> bool:
    found: float | None
    first: float
    last: float
    match literal:
        case s.Text() | s.Flag():
            raise AssertionError("no ordering against text or a flag")
        case s.Number(number):
            found, first, last = number_in(one), number, number
        case _:
            found = date_in(one, name, who.zone)
            first, last = extent(literal, who)
    if found is None:
        return False
    return {"<": found < first, "<=": found <= last, ">": found > last, ">=": found >= first}[op]


def has(value: object, literal: s.Value, fold: bool, name: str | None, who: Person) -> bool:
    """`contains`: a substring of a string, or an element of a list; nothing else contains."""
    if isinstance(value, str):
        return isinstance(literal, s.Text) and (
            folded(literal.text) in folded(value) if fold else literal.text in value
        )
    if isinstance(value, list | tuple):
        return any(equal(one, literal, fold, name, who) for one in singles(value))
    return False


def text_fits(one: str, how: str, text: str, fold: bool) -> bool:
    if how == "matches":
        options = re2.Options()
        options.log_errors = False
        options.case_sensitive = not fold
        return re2.compile(text, options=options).search(one) is not None
    if fold:
        one, text = folded(one), folded(text)
    return one.startswith(text) if how == "starts with" else one.endswith(text)


def is_so(value: object, what: str) -> bool:
    if what in ("known", "unknown"):
        return present(value) == (what == "known")
    if what == "empty":
        return value == "" or (isinstance(value, list | tuple) and not singles(value))
    scores = {"promoter": (9, 10), "passive": (7, 8), "detractor": range(7)}[what]
    return any(number_in(one) in scores for one in singles(value))


# What happened (§2 Behaviour, Surveys; §4). Everything later than now does not exist.


def at_of(entry: Document, who: Person) -> int:
    value = entry["time"]
    if isinstance(value, datetime):
        return ms_of(value)
    instant = iso_instant(value, who.zone) if isinstance(value, str) else int(value)
    assert instant is not None, value
    return instant


def so_far(entries: object, who: Person) -> list[tuple[int, Document]]:
    """The entries of a document's list up to now, by time, equal times by place in the list."""
    assert isinstance(entries, list | tuple)
    timed = [(at_of(entry, who), entry) for entry in entries]
    return sorted(((at, entry) for at, entry in timed if at <= who.now), key=lambda pair: pair[0])


def events(who: Person, name: str | None = None) -> list[tuple[int, Document]]:
    found = so_far(who.document.get("events") or (), who)
    return [(at, entry) for at, entry in found if name in (None, entry["event"])]


def actions(who: Person, action: str | None, survey: str | None) -> list[tuple[int, Document]]:
    found = so_far(who.document.get("surveys") or (), who)
    return [
        (at, entry)
        for at, entry in found
        if action in (None, entry["action"]) and survey in (None, entry["survey"])
    ]


def latest_answer(survey: str, path: Sequence[str], who: Person) -> object:
    for _, entry in reversed(actions(who, None, survey)):
        answer = follow(entry.get("answers"), path)
        if present(answer):
            return answer
    return None


def field_value(name: str, who: Person) -> object:
    """A field of §4; counts are 0 and never missing, times are missing until the first one."""
    document = who.document
    kinds = ("seen", "completed", "dismissed")
    match name.split("_"):
        case ["id"]:
            return document.get("id")
        case ["email"]:
            trait = (document.get("traits") or {}).get("email")
            given = document.get("email")
            return (trait if isinstance(trait, str) else None) if given is None else given
        case ["account"]:
            return (document.get("account") or {}).get("id")
        case ["events"]:
            return len(events(who))
        case ["surveys", kind]:
            return len(actions(who, kind, None))
        case ["last", "event"]:
            times = [at for at, _ in events(who)]
        case ["last", "survey"]:
            times = [at for kind in kinds for at, _ in actions(who, kind, None)]
        case ["last", "survey", kind]:
            times = [at for at, _ in actions(who, kind, None)]
        case ["first" | "last" as which, "seen"]:
            calls = [{"time": document[key]} for key in ("first_seen", "last_seen")
                     if document.get(key) is not None]  # fmt: skip
            every = so_far(calls, who) + events(who) + actions(who, None, None)
            times = [min(every, key=lambda pair: pair[0])[0]] if every else []
            if every and which == "last":
                times = [at for at, _ in every]
        case _:
            raise AssertionError(f"no field is called {name}")
    return When(max(times)) if times else None


def fits(where: s.Rule | None, properties: object, who: Person) -> bool:
    """Whether `where` holds for the properties of one event."""
    match where:
        case None:
            return True
        case s.And(items):
            return all(fits(item, properties, who) for item in items)
        case s.Or(items):
            return any(fits(item, properties, who) for item in items)
        case s.Not(item):
            return not fits(item, properties, who)
        case s.Attribute(s.Property(path), test) if not isinstance(test, s.Changed | s.CompareWith):
            return passes(follow(properties, path), path[-1], test, who)
        case _:
            raise AssertionError(f"`where` cannot hold {where}")


def behaviour(rule: s.Did | s.SurveyDid, who: Person) -> bool:
    if isinstance(rule, s.Did) and rule.regularity is not None:
        plan = rule.regularity
        fitting = [behaves(rule, span, who) for span in units(plan.unit, plan.last, who)]
        return counted(sum(fitting), plan.counted)
    return behaves(rule, span_of(rule.window, who), who)


def units(unit: str, last: int, who: Person) -> Iterator[Span]:
    """The current calendar unit and those before it, each from its first to its last instant."""
    day = today(who)
    for back in range(last):
        if unit == "month":
            first = months_later(date(day.year, day.month, 1), -back)
            end = months_later(first, 1)
        else:
            length = 7 if unit == "week" else 1
            first = day - (day.weekday() if unit == "week" else 0) * DAY - back * length * DAY
            end = first + length * DAY
        yield midnight(first, who.zone), midnight(end, who.zone) - 1


def behaves(rule: s.Did | s.SurveyDid, span: Span, who: Person) -> bool:
    low, high = span
    if isinstance(rule, s.Did):
        found, key, having = events(who, rule.event), "properties", rule.having
    else:
        found, key, having = actions(who, rule.action, rule.survey), "answers", None
    left = [
        (at, entry)
        for at, entry in found
        if low <= at <= high and fits(rule.where, entry.get(key), who)
    ]
    verdicts = []
    if rule.count is not None:
        verdicts.append(counted(len(left), rule.count))
    elif rule.days is None or having is not None:
        verdicts.append(len(left) >= 1)
    if rule.days is not None:
        days = {local_day(at, who.zone) for at, _ in left}
        verdicts.append(counted(len(days), rule.days))
    if having is not None:
        values = [follow(entry.get(key), having.path) for _, entry in left]
        if having.aggregate in ("first", "last", "most frequent"):
            found_value = one_value(having.aggregate, values)
            verdicts.append(passes(found_value, having.path[-1], having.test, who))
        else:
            verdicts.append(passes(aggregate(having.aggregate, values), None, having.test, who))
    return all(verdicts)


def counted(number: int, clause: s.Counted) -> bool:
    match clause.how:
        case "at least":
            return number >= clause.low
        case "at most":
            return number <= clause.low
        case "exactly":
            return number == clause.low
        case "more than":
            return number > clause.low
        case "fewer than":
            return number < clause.low
        case "between":
            assert clause.high is not None
            return clause.low <= number <= clause.high
        case _:
            assert_never(clause.how)


def one_value(how: str, values: list[object]) -> object:
    """The first or last value there is, or the scalar there is most often."""
    if how != "most frequent":
        known = [value for value in values if present(value)]
        return (known[0] if how == "first" else known[-1]) if known else None
    every = [
        one
        for value in values
        for one in singles(value)
        if isinstance(one, bool | str | int | float)
    ]
    alike = [[two for two in every if same(one, two)] for one in every]
    best = None
    for one, others in zip(every, alike, strict=True):
        if best is None or len(others) >= best[0]:
            best = len(others), one
    return None if best is None else best[1]


def same(one: object, two: object) -> bool:
    if isinstance(one, str | bool):
        return type(one) is type(two) and one == two
    return number_in(one) == number_in(two)


def aggregate(how: str, values: list[object]) -> float | None:
    every = [one for value in values for one in singles(value)]
    if how == "count distinct":
        kinds = (bool, str, float)
        scalars = [one if isinstance(one, bool | str) else number_in(one) for one in every]
        return float(len({(kind, one) for one in scalars for kind in kinds if type(one) is kind}))
    numbers = [number for one in every if (number := number_in(one)) is not None]
    if not numbers:
        return None
    match how:
        case "min":
            return min(numbers)
        case "max":
            return max(numbers)
        case "sum" | "avg":
            try:
                total = float(sum(map(Fraction, numbers)))  # exact, then rounded once
            except OverflowError:
                return None
            return six_decimals(total if how == "sum" else total / len(numbers))
        case _:
            raise AssertionError(how)


def six_decimals(number: float) -> float:
    """Half away from zero; beyond 4503599627 a double has no sixth decimal to round."""
    size = abs(number)
    if size < 4503599627:
        size = floor(size * 1e6 + 0.5) / 1e6
    return -size if number < 0 else size


def nth(rule: s.Nth, who: Person) -> bool:
    low, high = span_of(rule.window, who)
    left = [at for at, entry in events(who, rule.event)
            if fits(rule.where, entry.get("properties"), who)]  # fmt: skip
    if not left:
        return False
    return low <= (min(left) if rule.which == "first" else max(left)) <= high


def sequence(rule: s.Sequence, who: Person) -> bool:
    """Try every choice of events."""
    times = [
        [at for at, entry in events(who, step.event)
         if fits(step.where, entry.get("properties"), who)]
        for step in rule.steps
    ]  # fmt: skip
    low, high = span_of(rule.window, who)
    length: float = inf
    if rule.within is not None:
        length = rule.within.amount * UNITS[rule.within.unit]
    positive = times[:-1] if rule.absent else times
    for choice in choices(positive):
        if not low <= choice[0] <= high:
            continue
        if not rule.absent:
            if choice[-1] <= choice[0] + length:
                return True
        elif not any(choice[-1] < at <= choice[-1] + length for at in times[-1]):
            return True
    return False


def choices(times: list[list[int]], after: float = -inf) -> Iterator[tuple[int, ...]]:
    """Every way to take one time per step, each later than the one before."""
    if not times:
        yield ()
        return
    for at in times[0]:
        if at > after:
            for rest in choices(times[1:], at):
                yield (at, *rest)

"""Instants as whole milliseconds since 1970 UTC, ISO 8601 in and out, and `Moment`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import frozen

from segql.model.errors import Refused

Instant: TypeAlias = int
"""Milliseconds since 1970-01-01T00:00:00Z."""

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MIN_INSTANT: Final[Instant] = -62_135_596_800_000
"""0001-01-01T00:00:00Z."""
MAX_INSTANT: Final[Instant] = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z."""

_ONE_MS: Final = timedelta(milliseconds=1)
_ISO: Final = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})"
    r"(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)


@frozen
class Moment:
    """The instant at which a rule is evaluated, and the project's time zone."""

    now: Instant
    zone: ZoneInfo


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The IANA time zone called `name`; raises `Refused` (`unknown-zone`) if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Refused(
            f"no time zone is called `{name}`",
            code="unknown-zone",
            hint="use an IANA name such as Europe/Zurich or UTC",
        ) from error


def instant_of(moment: datetime) -> Instant:
    """The instant of an aware datetime, fractions of a millisecond cut towards the past."""
    return (moment - EPOCH) // _ONE_MS


def datetime_of(instant: Instant) -> datetime:
    """The UTC datetime of `instant`; it must lie in the years 1 to 9999."""
    return EPOCH + timedelta(milliseconds=instant)


def local_instant(wall: datetime, zone: ZoneInfo) -> Instant:
    """The instant at which clocks in `zone` show the naive `wall` time.

    A time skipped by a clock change moves forward by the gap, a doubled one is the first (§3.6).
    Clamped to the years 1 to 9999.
    """
    try:
        instant = instant_of(wall.replace(tzinfo=zone, fold=0))
    except OverflowError:
        return MIN_INSTANT if wall.year < 5000 else MAX_INSTANT
    return min(max(instant, MIN_INSTANT), MAX_INSTANT)


@lru_cache(maxsize=65536)
def read_instant(text: str, zone: ZoneInfo) -> Instant | None:
    """The instant that an ISO 8601 `text` names, or None where it names none (§3.5).

    A date alone is midnight in `zone`; a time without an offset is read in `zone`; fractions are
    cut to milliseconds.
    """
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, offset = found.groups()
    ms = int((fraction or "0")[:3].ljust(3, "0"))
    try:
        wall = datetime(  # noqa: DTZ001 - the zone follows
            int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0),
            ms * 1000,
        )  # fmt: skip
    except ValueError:
        return None
    if offset is None:
        return local_instant(wall, zone)
    shift = _offset_ms(offset)
    if shift is None:
        return None
    instant = instant_of(wall.replace(tzinfo=UTC)) - shift
    return instant if MIN_INSTANT <= instant <= MAX_INSTANT else None


def _offset_ms(offset: str) -> int | None:
    if offset == "Z":
        return 0
    hours, minutes = int(offset[1:3]), int(offset[-2:] if len(offset) > 3 else 0)
    if hours > 23 or minutes > 59:
        return None
    return (hours * 60 + minutes) * (-60_000 if offset[0] == "-" else 60_000)


def instant_from(value: object, zone: ZoneInfo, *, what: str = "time") -> Instant:
    """The instant behind a time given by a caller: ISO 8601 text, an aware datetime, or ms.

    Raises `Refused` (`bad-time`) for anything else, `what` naming it in the message.
    """
    instant: Instant | None = None
    match value:
        case bool():
            pass
        case int():
            instant = value
        case float() if value == value and abs(value) < 1e18:
            instant = int(value // 1)
        case str():
            instant = read_instant(value.strip(), zone)
        case datetime() if value.tzinfo is not None:
            instant = instant_of(value)
        case _:
            pass
    if instant is None or not MIN_INSTANT <= instant <= MAX_INSTANT:
        raise Refused(
            f"{shown(value)} is no {what}",
            code="bad-time",
            hint="write ISO 8601 such as 2026-03-01T12:00:00Z, an aware datetime, or milliseconds",
        )
    return instant


def shown(value: object) -> str:
    """A value that is no time, for a message, however large it is."""
    match value:
        case int() if abs(value) > MAX_INSTANT * 1_000:
            return "so large a number"
        case str() if len(value) > 80:
            return f"`{value[:80]}…`"
        case None | str() | int() | float() | datetime():
            return f"`{value}`"
        case _:
            return f"a Python {type(value).__name__}"


def local_text(instant: Instant, zone: ZoneInfo) -> str:
    """The instant as people in `zone` read it, such as `2026-12-01 10:15 CET`.

    With seconds, and milliseconds, only where there are any.
    """
    try:
        moment = datetime_of(instant).astimezone(zone)
    except OverflowError:  # at an end of time
        moment = datetime_of(min(max(instant, MIN_INSTANT), MAX_INSTANT))
    text = f"{moment:%Y-%m-%d %H:%M}".rjust(16, "0")
    if moment.second or moment.microsecond:
        text += f":{moment:%S}"
    if moment.microsecond:
        text += f".{moment.microsecond // 1000:03d}"
    return f"{text} {moment.tzname()}"


def iso(instant: Instant) -> str:
    """The instant as ISO 8601 in UTC: seconds, and milliseconds only where there are any."""
    moment = datetime_of(instant)
    text = f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0")
    ms = moment.microsecond // 1000
    return f"{text}.{ms:03d}Z" if ms else f"{text}Z"

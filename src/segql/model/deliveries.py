"""What a segment's lines ask for: news of entries, exits and lengths of stay, per destination."""

from __future__ import annotations

from enum import StrEnum
from zoneinfo import ZoneInfo

from attrs import frozen

from segql.model.crossings import crossing
from segql.model.durations import Duration
from segql.model.instants import Instant, Moment
from segql.model.windows import Anchor, Edge, MonthsAway, NowPlus, resolve


class What(StrEnum):
    """What a delivery tells of."""

    ENTER = "enter"
    LEAVE = "leave"
    STAYED = "stayed"
    """The profile has been a member for as long as the line says, without a break."""


class State(StrEnum):
    """What has become of a row of the outbox."""

    PENDING = "pending"
    SKIPPED = "skipped"
    """It fell into the line's cool-down, or the stay had been told of under another id."""


@frozen
class Line:
    """A line of a segment, for one of its destinations: `on enter`, `on leave` or `after 3d`."""

    what: What
    destination: str
    after: Duration | None = None
    """The length of stay; with `STAYED` only."""
    cooldown: Duration | None = None
    """At most once every so long, per profile."""


def lasted(since: Instant, length: Duration, zone: ZoneInfo) -> Instant:
    """The first instant at which what began at `since` has lasted for `length`.

    Months and years end at local midnights, as those of `unchanged for 1mo` do (§3.6).
    """
    return crossing(Edge(_back(length), plus=1), since, zone)


def last_start(length: Duration, moment: Moment) -> Instant:
    """The latest instant since which something has lasted for `length` at `moment`."""
    return resolve(Edge(_back(length)), moment)


def _back(length: Duration) -> Anchor:
    return NowPlus(-length.ms) if length.is_exact else MonthsAway(-length.months)

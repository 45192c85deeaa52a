"""Flips and lengths of stay → rows of the outbox, in the transaction that makes them.

A flip by data or by time fires the segment's lines; one that is no news (`Flip.silent`) does not. A
stay fires each `after` line once, at the instant at which it has lasted, however it began: a
definition or an import is silent itself, and yet a member is a member from then on. As time comes
before data, whoever leaves by data at that very instant has stayed; who leaves by time has not.

Stays are decided by whoever gets there first: the exit that ends one (`write`, `apply`), or the
clock (`pass_stays`), in order of entry. So the clock may come late: it must only have taken every
profile through its edges first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from segql.language import syntax
from segql.membership.catalog import Entry
from segql.model.deliveries import Line, State, What, last_start, lasted
from segql.model.flips import Cause, Flip
from segql.model.instants import Instant, Moment
from segql.store import members, outbox, settings, stays, subscriptions
from segql.store.driver import Connection
from segql.store.subscriptions import EVERYBODY, Subscription

Lines: TypeAlias = Mapping[int, Sequence[Subscription]]
"""The living lines by segment; segments without any are left out."""

CHUNK: Final = 1_000
"""Stays that one call of `pass_stays` decides at most."""
_UTC: Final = ZoneInfo("UTC")
_WHATS: Final = {"enter": What.ENTER, "leave": What.LEAVE, "after": What.STAYED}


def lines_of(written: syntax.Segment) -> tuple[Line, ...]:
    """The lines of a segment, one for each destination and occasion.

    Of several that differ in their cool-down only, the one that tells more often counts.
    """
    found: dict[tuple[What, str, object], Line] = {}
    for notify in written.notify:
        for destination in notify.destinations:
            line = Line(_WHATS[notify.when], destination, notify.after, notify.cooldown)
            key = line.what, destination, line.after
            found[key] = min(found.get(key, line), line, key=_cooldown_order)
    return tuple(found.values())


def _cooldown_order(line: Line) -> float:
    if line.cooldown is None:
        return 0
    return lasted(0, line.cooldown, _UTC)


def subscribe(
    connection: Connection, segment: int, lines: Iterable[Line], moment: Moment, *, revision: int
) -> None:
    """Have `lines` be those of a segment; inside `immediate`.

    New ones take no notice of stays that have lasted by now.
    """
    moment = Moment(max(moment.now, settings.clock(connection)), moment.zone)
    wanted = [
        (line, (0 if line.after is None else last_start(line.after, moment), EVERYBODY))
        for line in lines
    ]
    subscriptions.replace(connection, segment, wanted, revision=revision)


def subscribe_all(connection: Connection, entries: Iterable[Entry], zone: ZoneInfo) -> None:
    """Have every segment's lines be as its text says, from now on; inside `immediate`."""
    moment = Moment(settings.clock(connection), zone)
    for entry in entries:
        if entry.written is not None:
            revision = entry.stored.revision
            lines = lines_of(entry.written)
            subscribe(connection, entry.stored.id, lines, moment, revision=revision)
    settings.put(connection, "lines", "read")


def write(connection: Connection, lines: Lines, flips: Sequence[Flip], zone: ZoneInfo) -> None:
    """Write flips, in their order, and what they have destinations told; inside `immediate`."""
    staying = {segment for segment, those in lines.items() if _staying(those)}
    start = 0
    for place, flip in enumerate(flips):
        if not flip.enters and flip.segment in staying:
            # The stay that ends may have begun in these flips.
            _write(connection, lines, flips[start:place], zone)
            start = place
            before = flip.at if flip.cause is Cause.TIME else flip.at + 1
            decide(connection, lines[flip.segment], (flip.profile,), before=before, zone=zone)
    _write(connection, lines, flips[start:], zone)


def _write(connection: Connection, lines: Lines, flips: Sequence[Flip], zone: ZoneInfo) -> None:
    first = members.write(connection, flips)
    for number, flip in enumerate(flips, first):
        if not flip.silent:
            what = What.ENTER if flip.enters else What.LEAVE
            for one in lines.get(flip.segment, ()):
                if one.line.what is what:
                    _fire(connection, one, flip.profile, number, flip.at, zone)


def apply(
    connection: Connection,
    segment: int,
    entering: Iterable[int],
    leaving: Iterable[int],
    *,
    at: Instant,
    cause: Cause,
    cause_id: int | None,
    zone: ZoneInfo,
    tells: bool = False,
) -> int:
    """As `members.apply`; with `tells` the flips fire. Inside `immediate`."""
    lines = subscriptions.of_segment(connection, segment)
    leaving = tuple(leaving)
    if leaving:
        decide(connection, lines, leaving, before=at + 1, zone=zone)
    first = settings.counted(connection, settings.Counter.FLIP) + 1
    flips = members.apply(
        connection, segment, entering, leaving, at=at, cause=cause, cause_id=cause_id
    )
    if tells and lines:
        for what, found in (
            (What.LEAVE, stays.left_since(connection, segment, first)),
            (What.ENTER, stays.entered_since(connection, segment, entering, first)),
        ):
            for profile, number in found:
                for one in lines:
                    if one.line.what is what:
                        _fire(connection, one, profile, number, at, zone)
    return flips


def hand_over(
    connection: Connection,
    lines: Lines,
    absorbed: int,
    survivor: int,
    *,
    at: Instant,
    cause_id: int,
    zone: ZoneInfo,
) -> None:
    """As `members.hand_over`: what was told of either is told of the survivor; inside `immediate`.

    A stay that was told of before goes on as the survivor's, and is not told of again.
    """
    staying = [those for those in map(_staying, lines.values()) if those]
    both = absorbed, survivor
    for those in staying:
        decide(connection, those, both, before=at + 1, zone=zone)
    members.hand_over(connection, absorbed, survivor, at=at, cause_id=cause_id)
    outbox.move(connection, absorbed, survivor)
    for those in staying:
        decide(connection, those, (survivor,), before=at + 1, zone=zone, state=State.SKIPPED)


def decide(
    connection: Connection,
    lines: Iterable[Subscription],
    profiles: Sequence[int],
    *,
    before: Instant,
    zone: ZoneInfo,
    state: State = State.PENDING,
) -> None:
    """Fire the lines of one segment for stays of `profiles` that have lasted before an instant.

    Those that the clock has passed are decided already.
    """
    for one in _staying(lines):
        passed = subscriptions.passed(connection, one.id)
        for profile, entered, flip in stays.of_profiles(connection, one.segment, profiles):
            if (entered, profile) > passed and (at := _lasted(one, entered, zone)) < before:
                _fire(connection, one, profile, flip, at, zone, state)


def pass_stays(connection: Connection, lines: Lines, moment: Moment) -> bool:
    """Decide up to `CHUNK` stays that have lasted by `moment`; whether that were all.

    Inside `immediate`. Every profile must have passed its edges up to then.
    """
    most = CHUNK
    for those in lines.values():
        for one in _staying(those):
            assert one.line.after is not None, "a stay has a length"
            passed = subscriptions.passed(connection, one.id)
            last = last_start(one.line.after, moment)
            if (last, EVERYBODY) <= passed:
                continue
            found = stays.entered_after(connection, one.segment, passed, until=last, limit=most)
            for profile, entered, flip in found:
                at = _lasted(one, entered, moment.zone)
                _fire(connection, one, profile, flip, at, moment.zone)
            if len(found) == most:
                profile, entered, _ = found[-1]
                subscriptions.move_passed(connection, one.id, (entered, profile))
                return False
            most -= len(found)
            subscriptions.move_passed(connection, one.id, (last, EVERYBODY))
    return True


def _staying(lines: Iterable[Subscription]) -> list[Subscription]:
    return [one for one in lines if one.line.what is What.STAYED]


def _lasted(one: Subscription, entered: Instant, zone: ZoneInfo) -> Instant:
    assert one.line.after is not None, "a stay has a length"
    return lasted(entered, one.line.after, zone)


def _fire(
    connection: Connection,
    one: Subscription,
    profile: int,
    flip: int,
    at: Instant,
    zone: ZoneInfo,
    state: State = State.PENDING,
) -> None:
    """Write the row of a line, skipped where the last one is too near."""
    if one.line.cooldown is not None and state is State.PENDING:
        last = outbox.last(connection, one.id, profile)
        if last is not None and at < lasted(last, one.line.cooldown, zone):
            state = State.SKIPPED
    outbox.add(
        connection,
        flip=flip,
        subscription=one.id,
        segment=one.segment,
        profile=profile,
        at=at,
        state=state,
    )

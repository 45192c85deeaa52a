"""Who is to be told of a segment's flips: its lines, one row for each destination of each.

A line that is taken away keeps its row, which what it wrote to the outbox refers to; when it comes
back it is the same one again, so that its cool-down goes on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from string import ascii_letters
from typing import Final, TypeAlias

from attrs import frozen

from segql.model.deliveries import Line, What
from segql.model.durations import Duration
from segql.model.instants import Instant
from segql.store.driver import Connection

Passed: TypeAlias = tuple[Instant, int]
"""Stays are decided in order of entry, then profile: those up to this one are."""

EVERYBODY: Final = 2**63 - 1
"""Past the internal id of any profile."""

_ALL: Final = """
    select id, segment, what, destination, after, cooldown
      from subscriptions
     where ended is null
     order by id
"""
_OF_SEGMENT: Final = """
    select id, segment, what, destination, after, cooldown
      from subscriptions
     where segment = ?
       and ended is null
     order by id
"""
_PUT: Final = """
    insert into subscriptions (segment, what, after, destination, cooldown, revision,
                               passed_entered, passed_profile)
    values (:segment, :what, :after, :destination, :cooldown, :revision, :entered, :profile)
        on conflict (segment, what, after, destination) do update
       set cooldown = excluded.cooldown, revision = excluded.revision, ended = null,
           passed_entered = excluded.passed_entered, passed_profile = excluded.passed_profile
     where ended is not null
"""
_COOL: Final = "update subscriptions set cooldown = :cooldown where id = :id"
_END: Final = "update subscriptions set ended = :revision where id = :id"
_PASSED: Final = "select passed_entered, passed_profile from subscriptions where id = ?"
_PASS: Final = """
    update subscriptions
       set passed_entered = :entered, passed_profile = :profile
     where id = :id
"""


@frozen
class Subscription:
    """A living line of a segment, for one destination."""

    id: int
    segment: int
    line: Line


def living(connection: Connection) -> Mapping[int, tuple[Subscription, ...]]:
    """The living lines by segment, in the order in which they came into being."""
    found: defaultdict[int, list[Subscription]] = defaultdict(list)
    for row in connection.execute(_ALL):
        one = _read(*row)
        found[one.segment].append(one)
    return {segment: tuple(lines) for segment, lines in found.items()}


def of_segment(connection: Connection, segment: int) -> tuple[Subscription, ...]:
    """The living lines of one segment."""
    return tuple(_read(*row) for row in connection.execute(_OF_SEGMENT, (segment,)))


def replace(
    connection: Connection,
    segment: int,
    lines: Iterable[tuple[Line, Passed]],
    *,
    revision: int,
) -> None:
    """Have just these lines live, since `revision` where they are new; inside `immediate`.

    Each comes with the stays that it takes no notice of, where it is new.
    """
    before = {_key(one.line): one for one in of_segment(connection, segment)}
    for line, (entered, profile) in lines:
        known = before.pop(_key(line), None)
        cooldown = _written(line.cooldown)
        if known is not None:
            connection.execute(_COOL, {"id": known.id, "cooldown": cooldown})
            continue
        what, after, destination = _key(line)
        bound = {
            "segment": segment,
            "what": what,
            "after": after,
            "destination": destination,
            "cooldown": cooldown,
            "revision": revision,
            "entered": entered,
            "profile": profile,
        }
        connection.execute(_PUT, bound)
    for gone in before.values():
        connection.execute(_END, {"id": gone.id, "revision": revision})


def passed(connection: Connection, subscription: int) -> Passed:
    """Up to which stay the line is decided."""
    [(entered, profile)] = connection.execute(_PASSED, (subscription,))
    return entered, profile


def move_passed(connection: Connection, subscription: int, passed: Passed) -> None:
    """Say up to which stay the line is decided; inside `immediate`."""
    bound = {"id": subscription, "entered": passed[0], "profile": passed[1]}
    connection.execute(_PASS, bound)


def _key(line: Line) -> tuple[str, str, str]:
    return line.what, _written(line.after), line.destination


def _written(length: Duration | None) -> str:
    return "" if length is None else str(length)


def _read(
    number: int, segment: int, what: str, destination: str, after: str, cooldown: str
) -> Subscription:
    line = Line(What(what), destination, _length(after), _length(cooldown))
    return Subscription(number, segment, line)


def _length(text: str) -> Duration | None:
    amount = text.rstrip(ascii_letters)
    return Duration(int(amount), text[len(amount) :]) if text else None

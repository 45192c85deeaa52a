"""Bulk computations of segments that are due: how far each has come, and who is at it.

Whatever is due stays due until it is finished, so a kill at any moment loses nothing. Whoever
applies a computation holds it while its process lives and takes a step every `LEASE_MS`; then, or
by defining the segment anew, another takes over. Nobody is trusted to have stopped: each step says
who takes it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import Final

from attrs import frozen

from segql.model.instants import Instant
from segql.store.driver import Connection

LEASE_MS: Final = 60_000

_MARK: Final = """
    update segments
       set due = :change,
           due_cause = case when due is null or :takes_over then :cause else due_cause end,
           due_tells = case when due is null or :takes_over then :tells else due_tells end,
           cursor = 0,
           listed = null,
           error = null,
           runner = case when :takes_over then null else runner end
     where id = :segment
"""
_DUE: Final = """
    select id, due, due_cause, cursor, runner, runner_until, listed, due_tells
      from segments
     where due is not null
       and archived is null
"""
_CLAIM: Final = """
    update segments
       set runner = :runner, runner_until = :until, cursor = 0, listed = :at
     where id = :segment
"""
_RELEASE: Final = """
    update segments
       set runner = null, runner_until = null
     where runner = ?
       and due is not null
"""
_LAST: Final = "select id, runner from segments where due is null"
_STEP: Final = """
    update segments
       set cursor = :cursor, runner_until = :until
     where id = :segment
       and runner = :runner
"""
_FINISH: Final = """
    update segments
       set due = null, due_cause = null, due_tells = 0, cursor = 0, listed = :at,
           runner_until = null, evaluated = :at, took = :took, error = null
     where id = :segment
"""
_FAIL: Final = """
    update segments
       set due = null, due_cause = null, due_tells = 0, listed = null,
           runner = null, runner_until = null, error = :error
     where id = :segment
"""


@frozen
class Due:
    """A bulk computation of a segment that is not finished."""

    segment: int
    change: int
    """The change number at which it became due."""
    cause: str
    cursor: int
    """Profiles with an internal id up to this one have it."""
    runner: str | None
    """Who is at it, or was the last time, unless `is_taken`."""
    until: Instant | None
    """When the runner counts as gone, by the wall clock."""
    at: Instant | None
    """The instant for which the runner computes it; None before anybody has begun."""
    _tells: int

    @property
    def tells(self) -> bool:
        """Whether its flips are news, which destinations are told."""
        return bool(self._tells)

    @property
    def is_taken(self) -> bool:
        """Whether somebody is at it."""
        return (
            self.runner is not None
            and (self.until or 0) > _wall_ms()
            and _is_alive(int(self.runner.partition("-")[0]))
        )

    def is_computed_by(self, runner: str, change: int) -> bool:
        """Whether `runner` is at it still, since it became due at the change of that number."""
        return (self.runner, self.change) == (runner, change)

    def is_applied_to(self, profile: int) -> bool:
        """Whether somebody is at it and has applied it to a profile, by internal id."""
        return profile <= self.cursor and self.is_taken


def new_runner() -> str:
    """A name for whoever applies computations; no other has it."""
    return f"{os.getpid()}-{token_hex(8)}"


def mark(
    connection: Connection,
    segments: Iterable[int],
    *,
    change: int,
    cause: str,
    takes_over: bool,
    tells: bool = False,
) -> None:
    """Say that members must be computed for everybody, from the start; inside `immediate`.

    With `takes_over` whoever is at it must stop, else begin again; `tells` counts where nothing is
    due, or this takes over.
    """
    connection.executemany(
        _MARK,
        [
            {
                "segment": segment,
                "change": change,
                "cause": cause,
                "takes_over": takes_over,
                "tells": tells,
            }
            for segment in segments
        ],
    )


def due(connection: Connection) -> Mapping[int, Due]:
    """The computations that are due, by segment."""
    return {row[0]: Due(*row) for row in connection.execute(_DUE).fetchall()}


def last_runners(connection: Connection) -> dict[int, str | None]:
    """Who last computed each segment that is not due: another one each time it was computed."""
    return dict(connection.execute(_LAST))


def claim(connection: Connection, segments: Iterable[int], runner: str, *, at: Instant) -> None:
    """Be the one who computes the segments, from the start, for `at`; inside `immediate`."""
    until = _wall_ms() + LEASE_MS
    connection.executemany(
        _CLAIM,
        [{"segment": segment, "runner": runner, "until": until, "at": at} for segment in segments],
    )


def release(connection: Connection, runner: str) -> None:
    """Let somebody else go on with what is left; inside `immediate`."""
    connection.execute(_RELEASE, (runner,))


def step(connection: Connection, segment: int, runner: str, *, cursor: int) -> None:
    """Say how far the members are computed; inside `immediate`."""
    connection.execute(
        _STEP,
        {
            "segment": segment,
            "runner": runner,
            "cursor": cursor,
            "until": _wall_ms() + LEASE_MS,
        },
    )


def finish(connection: Connection, segment: int, *, at: Instant, took: int) -> None:
    """Say that the members are those of the instant `at`, found in `took` ms.

    Nothing is due any more, nor is there an error; inside `immediate`.
    """
    connection.execute(_FINISH, {"segment": segment, "at": at, "took": took})


def fail(connection: Connection, segment: int, error: str) -> None:
    """Keep why the members could not be computed; nothing is due any more; inside `immediate`."""
    connection.execute(_FAIL, {"segment": segment, "error": error})


def _is_alive(process: int) -> bool:
    """Whether a process of this machine lives, on which every process of a database must be."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's, or a system that cannot tell
        return True
    return True


def _wall_ms() -> int:
    # The project's own clock stands still while a long computation runs; this one does not.
    return time.time_ns() // 1_000_000

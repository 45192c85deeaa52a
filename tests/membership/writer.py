"""A process that writes: it goes through steps, says after each that it is done, and can be killed.

It is the product's own code. The only thing put between it and SQLite counts what it is about to do
and, at one of these points, ends the process with SIGKILL: before every statement of every
connection, before and after every acknowledgement.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from random import Random
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

from membership.rules import DAY, HOUR, NESTED, RULES, START
from segql.app import ingest, segments
from segql.app.advance import advance
from segql.app.project import Project
from segql.membership import accounts, application, pace, teams
from segql.membership import advance as advancing
from segql.membership.sitting import Sitting
from segql.model import calls
from segql.model.errors import Refused
from segql.model.flips import Flip
from segql.model.instants import iso
from segql.store import driver, members

PEOPLE: Final = tuple(f"u{number}" for number in range(8))


@frozen
class Batch:
    """Calls in one transaction."""

    calls: Sequence[calls.Call]
    now: int


@frozen
class Define:
    """A segment is made or changed."""

    name: str
    text: str
    now: int


@frozen
class Archive:
    """A segment is taken away."""

    name: str
    now: int


@frozen
class Advance:
    """Everybody is brought to an instant."""

    now: int


Step: TypeAlias = Batch | Define | Archive | Advance
Broken: TypeAlias = Literal["", "acknowledges early", "writes flips apart"]
"""How a writer is wrong, for the tests of the tests."""


def steps(seed: int) -> list[Step]:
    """A history at random; each step may be taken again, in full, without changing anything."""
    random = Random(seed)
    now = START
    found: list[Step] = [
        Batch([calls.Identify(who, account="acme") for who in PEOPLE[:6]], now),
        *(Define(name, random.choice(RULES), now) for name in "abc"),
        Define("large", "account.size >= 10", now),
        Define("d", random.choice(NESTED), now),
    ]
    for number in range(10):
        now += random.choice([0, 1, HOUR, 5 * HOUR, DAY])
        match random.randrange(8):
            case 0:
                found.append(Define(random.choice("abc"), random.choice(RULES), now))
            case 1:
                found.append(
                    Batch([calls.SetAccount("acme", {"size": random.choice([5, 20])})], now)
                )
            case 2:
                pair = random.sample(PEOPLE, 2)
                found.append(Batch([calls.Merge(*pair)], now))
            case 3:
                found.append(Batch([calls.Delete(random.choice(PEOPLE))], now))
            case 4:
                found.append(Advance(now))
            case _:
                batch = [_call(random, now, f"{number}-{place}") for place in range(3)]
                found.append(Batch(batch, now))
    return found


def _call(random: Random, now: int, message: str) -> calls.Call:
    who, back = random.choice(PEOPLE), random.choice([0, 0, 1, HOUR, -HOUR, 2 * HOUR])
    match random.randrange(4):
        case 0:
            plan, ends = random.choice(["pro", "free"]), iso(now + random.choice([-1, 2]) * HOUR)
            return calls.Identify(who, {"plan": plan, "ends": ends})
        case 1:
            action = random.choice(["seen", "completed"])
            score, at = random.choice([3, 9]), now - back
            return calls.Survey(who, "nps", action, {"score": score}, time=at, response_id=message)
        case _:
            event, amount = random.choice(["buy", "export"]), random.choice([0, 2])
            return calls.Track(who, event, {"amount": amount}, time=now - back, message_id=message)


def take(project: Project, step: Step) -> None:
    """Take one step, or take it again."""
    match step:
        case Batch(batch, now):
            ingest.batch(project, batch, now=now)
        case Define(name, text, now):
            segments.define_one(project, name, text, description=None, now=now)
        case Advance(now):
            advance(project, now=now)
        case Archive(name, now):
            with suppress(Refused):  # it is gone already
                segments.archive(project, name, now=now)


def write(
    path: Path, todo: Sequence[Step], pipe: Pipe, kill_at: int | None, broken: Broken = ""
) -> None:
    """Take the steps in small chunks, acknowledging each; the last word is how many points passed.

    The process ends at the point numbered `kill_at`, from 1.
    """
    passed = 0

    def point(*_: object) -> None:
        nonlocal passed
        passed += 1
        if passed == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    _in_small_chunks()
    connect = driver._connect

    def traced(*given: Any, **named: Any) -> driver.Connection:
        connection = connect(*given, **named)
        connection.set_trace_callback(point)
        return connection

    driver._connect = traced
    later = _apart() if broken == "writes flips apart" else None
    with Project.opened(path) as project:
        for number, step in enumerate(todo):
            if broken == "acknowledges early":
                pipe.send(number)
            take(project, step)
            if later is not None:
                later(project)
            point("before the acknowledgement")
            if broken != "acknowledges early":
                pipe.send(number)
            point("after the acknowledgement")
    pipe.send(f"{passed} points")


def _in_small_chunks() -> None:
    pace.AIM_S = 0  # type: ignore[misc]
    application.CHUNK = 2  # type: ignore[misc]
    advancing.CHUNK, advancing.LOCK_S, advancing._ROWS = 2, 0, 2  # type: ignore[misc]
    teams.FEW, accounts.CHUNK = 2, 2  # type: ignore[misc]


def _apart() -> Callable[[Project], None]:
    """Have flips kept back from the transaction of what caused them; gives what writes them."""
    kept: list[Flip] = []

    def write(self: Sitting) -> None:
        kept.extend(self.flips)
        self.flips = []

    def later(project: Project) -> None:
        with project.writing() as connection:
            members.write(connection, kept)
            kept.clear()

    Sitting.write = write  # type: ignore[method-assign]
    return later

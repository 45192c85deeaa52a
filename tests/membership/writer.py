"""A process that writes: it goes through steps, says after each that it is done, and can be killed.

It is the product's own code. The only thing put between it and SQLite counts what it is about to do
and, at one of these points, ends the process with SIGKILL: before every statement of every
connection, before and after every acknowledgement.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from io import BytesIO
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any, Final, Literal, TypeAlias

from attrs import evolve, frozen

from membership.rules import DAY, HOUR, LINES, NESTED, RULES, START
from segql.app import follow, history, ingest, lists, outbox, segments
from segql.app.advance import advance
from segql.app.import_options import EventOptions
from segql.app.project import Project
from segql.language.files import parse_file
from segql.membership import accounts, application, pace, teams
from segql.membership import advance as advancing
from segql.membership import lists as listing
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
    """A segment is made or changed; its lines are those that it was made with."""

    name: str
    text: str
    now: int
    lines: str = ""


@frozen
class Archive:
    """A segment is taken away."""

    name: str
    now: int


@frozen
class Listed:
    """Profiles are put on the fixed list, or taken off it."""

    profiles: Sequence[str]
    enters: bool
    now: int


@frozen
class Import:
    """Events come from a file, each told apart by its message."""

    events: Sequence[tuple[calls.Track, int]]
    now: int


@frozen
class Recompute:
    """Everybody is computed anew, though nothing is to be found."""

    now: int


@frozen
class Forget:
    """Intervals that were over for so long are forgotten, and what was told so long ago."""

    days: int
    now: int


@frozen
class Advance:
    """Everybody is brought to an instant."""

    now: int


Step: TypeAlias = Batch | Define | Archive | Listed | Import | Recompute | Forget | Advance
Broken: TypeAlias = Literal["", "acknowledges early", "writes flips apart"]
"""How a writer is wrong, for the tests of the tests."""


def steps(seed: int) -> list[Step]:
    """A history at random; each step may be taken again, in full, without changing anything."""
    random = Random(seed)
    now, lines = START, random.choice(list(LINES))
    found: list[Step] = [
        Batch([calls.Identify(who, account="acme") for who in PEOPLE[:6]], now),
        Listed(PEOPLE[:3], True, now),
        *(Define(name, random.choice(RULES), now, lines) for name in "abc"),
        Define("large", "account.size >= 10", now),
        Define("d", random.choice(NESTED), now),
    ]
    for number in range(10):
        now += random.choice([0, 1, HOUR, 5 * HOUR, DAY])
        match random.randrange(10):
            case 0:
                found.append(Define(random.choice("abc"), random.choice(RULES), now, lines))
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
            case 5:
                listed = random.sample(PEOPLE[:6], 4)
                found.append(Listed(listed, random.choice([True, False]), now))
            case 6:
                rows = [_event(random, f"{number}-{place}") for place in range(3)]
                times = [now - random.choice([0, HOUR, -HOUR]) for _ in rows]
                found.append(Import(list(zip(rows, times, strict=True)), now))
            case _:
                batch = [_call(random, now, f"{number}-{place}") for place in range(3)]
                found.append(Batch(batch, now))
    # Last, as whatever comes after it forgets more.
    later = now + DAY
    return [*found, Archive("d", now), Advance(later), Recompute(later), Forget(1, later)]


def _event(random: Random, message: str) -> calls.Track:
    event, amount = random.choice(["buy", "export"]), random.choice([0, 2])
    return calls.Track(random.choice(PEOPLE), event, {"amount": amount}, message_id=message)


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
            return evolve(_event(random, message), profile=who, time=now - back)


def file_of(events: Iterable[tuple[calls.Track, int]]) -> str:
    """Events as a CSV."""
    return "profile,event,time,amount,message\n" + "".join(
        f"{one.profile},{one.event},{iso(time)},{one.properties['amount']},{one.message_id}\n"
        for one, time in events
    )


PASS_ON: Final = {"segql.app.project.Project.writing", "segql.membership.pace.in_chunks"}
"""Functions that write for others."""


def take(project: Project, step: Step) -> None:
    """Take one step, or take it again."""
    match step:
        case Batch(batch, now):
            ingest.batch(project, batch, now=now)
        case Define(name, text, now, lines):
            whole = f'segment "{name}"\n when {text}\n {lines}'
            plan = segments.plan(project, segments.written_in(whole, parse_file(whole)))
            segments.apply(project, plan, now=now)
        case Advance(now):
            advance(project, now=now)
        case Listed(listed, enters, now):
            rows = [lists.Row(number, who) for number, who in enumerate(listed, 1)]
            (lists.add_profiles if enters else lists.remove_profiles)(
                project, "list", rows, now=now
            )
        case Import(events, now):
            file = BytesIO(file_of(events).encode())
            options = EventOptions(message_id="message")
            follow.import_file(project, file, options, now=lambda: now, name="x.csv")
        case Recompute(now):
            segments.recompute(project, now=now)
        case Forget(days, now):
            history.retain(project, days)
            history.forget(project, now=now)
            outbox.retain(project, days)
            outbox.forget(project, now=now)
        case Archive(name, now):
            with suppress(Refused):  # it is gone already
                segments.archive(project, name, now=now)


def write(
    path: Path,
    todo: Sequence[Step],
    pipe: Pipe,
    kill_at: int | tuple[str, int] | None,
    broken: Broken = "",
) -> None:
    """Take the steps in small chunks, acknowledging each; the last words are the points passed.

    The process ends at the point numbered `kill_at`, from 1; or where it passes one with a label
    for that time. Before and after a commit the label is that of the write transaction.
    """
    passed = Counter[str]()
    committing = ""

    def point(statement: str) -> None:
        nonlocal committing
        labels = [""]
        if committing:
            labels.append(f"after {committing}")
            committing = ""
        if statement == "commit":
            committing = transaction()
            labels.append(f"before {committing}")
        for label in labels:
            passed[label] += 1
            if kill_at in ((label, passed[label]), passed[label] if not label else ""):
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
    pipe.send(passed)


def transaction() -> str:
    """The function of the product that has the open write transaction."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        module = str(frame.f_globals["__name__"])
        own = f"{module}.{frame.f_code.co_qualname}"
        if module.startswith("segql.") and module != driver.__name__ and own not in PASS_ON:
            return own
        frame = frame.f_back
    raise AssertionError("nobody writes but the product")


def _in_small_chunks() -> None:
    pace.AIM_S = 0  # type: ignore[misc]
    application.CHUNK = 2  # type: ignore[misc]
    advancing.CHUNK, advancing._ROWS = 2, 2  # type: ignore[misc]
    teams.FEW, accounts.CHUNK = 2, 2  # type: ignore[misc]
    listing.FEW, listing.CHUNK, history.FORGET = 2, 2, 1  # type: ignore[misc]


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

"""Processes that work on one database at the same time, each going on until an instant.

What a process sends at its end: how often it did its work, and for every write transaction how long
it waited for the lock and how long it held it, in seconds. An exception is sent as its text.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from random import Random
from time import monotonic, perf_counter, time_ns
from traceback import format_exc
from typing import Final, TypeAlias

from attrs import field, frozen

from membership.rules import RULES
from segql.app import audience, ingest, segments
from segql.app.advance import advance
from segql.app.project import Project
from segql.model import calls
from segql.model.instants import iso
from segql.store import members
from segql.store.driver import Connection

PEOPLE: Final = 400
ALONE: Final = tuple(rule for rule in RULES if "teammate" not in rule)
"""Rules that look at one profile: hundreds of teammates that look at each other take long."""
QUESTION: Final = 'did "buy" within 2h'
DAYS_A_SECOND: Final = 0.02
"""How fast the time of the calls goes: half an hour in a second."""
BASE_MS: Final = 1_772_366_400_000


@frozen
class Worked:
    """What a process has to tell."""

    times: int
    waits: list[float] = field(factory=list)
    holds: list[float] = field(factory=list)
    error: str | None = None


Work: TypeAlias = Callable[[Project, int, int], None]
"""One turn: the project, the number of the turn, and the instant."""


def now() -> int:
    """The instant that it is for everybody, which goes faster than the clock on the wall."""
    return BASE_MS + int(time_ns() / 1e6 % 1e9 * DAYS_A_SECOND * 86_400)


def work(path: Path, job: str, until: float, pipe: Pipe) -> None:
    """Do one job again and again, until the machine's monotonic clock is at `until`."""
    waits: list[float] = []
    holds: list[float] = []
    writing = Project.writing

    @contextmanager
    def timed(self: Project) -> Iterator[Connection]:
        began = perf_counter()
        with writing(self) as connection:
            waits.append(perf_counter() - began)
            began = perf_counter()
            yield connection
        holds.append(perf_counter() - began)

    Project.writing = timed  # type: ignore[method-assign]
    number, error = 0, None
    try:
        with Project.opened(path, read_only=job == "read") as project:
            for number in count(1):
                JOBS[job](project, number, now())
                if monotonic() >= until:
                    break
    except BaseException:
        error = format_exc()
    pipe.send(Worked(number, waits, holds, error))


def track(project: Project, number: int, at: int) -> None:
    """What a server does: a batch of calls, and time that passes."""
    random = Random(number)
    people = [f"u{random.randrange(PEOPLE)}" for _ in range(20)]
    batch: list[calls.Call] = [
        calls.Track(who, random.choice(["buy", "export"]), {"amount": random.choice([0, 2])})
        for who in people
    ]
    if number % 5 == 0:
        batch.append(calls.SetAccount("acme", {"size": random.choice([5, 20])}))
        batch.append(calls.Identify(people[0], {"plan": random.choice(["pro", "free"])}))
    outcomes = ingest.batch(project, batch, now=at)
    assert all(outcome.status == "stored" for outcome in outcomes)
    if number % 20 == 0:
        advance(project, now=at)


def define(project: Project, number: int, at: int) -> None:
    """Change one segment after the other."""
    rule = Random(number).choice(ALONE)
    name = "abc"[number % 3]
    segments.define_one(project, name, rule, description=None, now=at)


def read(project: Project, number: int, at: int) -> None:
    """What a screen does: reads that end, and nothing held between them."""
    assert len(audience.listing(project)) == 5
    for listed in audience.listing(project):
        members.page(project.connection, listed.entry.stored.id)


def command(project: Project, number: int, at: int) -> None:
    """What a person types, to ask and to change something."""
    listed = "".join(f"u{one}\n" for one in range(number % 300, 300, 7))
    said = [
        ["segments"],
        ["segment", "add-profiles", "list", "-", "--now", iso(at)],
        ["members", "a"],
        ["advance", "--now", iso(at)],
        ["count", QUESTION],
        ["segment", "remove-profiles", "list", "-", "--now", iso(at)],
        ["profile", "u1"],
        ["changes", "d"],
    ]
    line = [sys.executable, "-m", "segql", *said[number % 8], "--db", str(project.path)]
    done = subprocess.run(line, capture_output=True, text=True, input=listed, check=False)
    assert done.returncode == 0, (line, done.stderr)


JOBS: Final[dict[str, Work]] = {"track": track, "define": define, "read": read, "command": command}

"""Membership kept exact: live calls, a definition, an hour that passes. Answers are checked.

Each part runs in a process of its own, so that its peak of memory is its own, over a copy of the
store that `benchmarks.run` reads. Exits with 1 when the members are not those of a full evaluation.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copyfile
from typing import Any

import numpy as np

from benchmarks import live, segql_store
from benchmarks.population import NOW, population
from benchmarks.product import EVENTS
from segql.app import advance, segments, sources
from segql.app.project import Project
from segql.engines import sets
from segql.model.instants import Moment
from segql.store import members, settings
from segql.store.driver import Connection

HOUR = 3_600_000
BATCHES = 1_500
"""So many that the log of messages becomes long and is moved twice."""
ALONE = 300
ROUND = 100
SINGLES = 3_000
COMPARED = "compared"
"""What is found for one size of the population, to be compared with a tenth of it, in seconds."""
_IDLE = 20
_TIMED = (
    'did "{name}" within 1d',
    'did "{name}" within 30d',
    'did "{name}" at least 2 times within 7d',
    'not did "{name}" within 14d',
    'trait.plan = "pro" and did "{name}" within 90d',
)
_DATES = tuple(
    f"trait.{name} {test}"
    for name in ("signed_up_at", "trial_ends_at")
    for test in ("within 7d", "within 30d", "within 90d", "within next 7d", "within next 30d")
)


class Watched(Project):
    """A project that knows how long its longest write transaction took, a checkpoint included."""

    longest_s = 0.0

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """As a project's, with its time kept."""
        began = time.perf_counter()
        with super().writing() as connection:
            yield connection
        self.longest_s = max(self.longest_s, time.perf_counter() - began)


def live_part(options: argparse.Namespace) -> dict[str, Any]:
    """Batches of 100 and single calls over a store of 1 M events."""
    with live.project_of(options.cache, texts="") as project:
        alone = live.run(project, batches=ALONE, singles=0)
    project = live.project_of(options.cache, texts=live.segment_texts())
    done = live.run(project, batches=BATCHES, singles=SINGLES)
    now = settings.clock(project.connection)
    advance.advance(project, now=now)
    batches, singles = np.array(done.batches_s), np.array(done.singles_s)
    rounds = live.BATCH * ROUND / batches.reshape(-1, ROUND).sum(axis=1)
    return {
        "batches of 100": f"{done.events / batches.sum():,.0f} events/s",
        "their median": f"{live.BATCH / np.median(batches):,.0f} events/s",
        f"{ROUND} in a row": f"{rounds.min():,.0f} to {rounds.max():,.0f} events/s",
        "processor": f"{1e6 * done.processor_s / done.events:.0f} µs an event",
        "of it storing alone": f"{1e6 * alone.processor_s / alone.events:.0f} µs an event",
        "a batch, p99": f"{1000 * np.quantile(batches, 0.99):.1f} ms",
        "a single call, p50": f"{1000 * np.median(singles):.2f} ms",
        "a single call, p99": f"{1000 * np.quantile(singles, 0.99):.2f} ms",
        "events that flip something": f"{100 * done.flipping / len(singles):.1f} %",
        "flips an event": f"{done.flips / (done.events + len(singles)):.2f}",
        "wrong": wrong(project, now),
    }


def define_part(options: argparse.Namespace) -> dict[str, Any]:
    """One segment, evaluated and stored."""
    project = _copied(options)
    took, locks, size = list[float](), list[float](), 0
    for number in range(4):
        project.longest_s = 0.0
        began = time.perf_counter()
        name = f"pro {number}"
        segments.define_one(project, name, 'trait.plan = "pro"', description=None, now=NOW)
        took.append(time.perf_counter() - began)
        locks.append(project.longest_s)
        size = members.count(project.connection, project.catalog().entry(name).stored.id)
    return {
        "members": f"{size:,}",
        "evaluated and stored": f"{1000 * statistics.median(took[1:]):,.0f} ms",
        "the first time": f"{1000 * took[0]:,.0f} ms",
        "longest write, checkpoint too": f"{1000 * max(locks):.0f} ms",
        "wrong": wrong(project, NOW),
        COMPARED: {"evaluated and stored": statistics.median(took[1:])},
    }


def advance_part(options: argparse.Namespace) -> dict[str, Any]:
    """An hour, and ten of them, with 100 segments that change with time."""
    project = _copied(options)
    rules = [pattern.format(name=name) for name in sorted(EVENTS) for pattern in _TIMED]
    text = "\n".join(
        f'segment "timed {number}"\n  when {rule}\n'
        for number, rule in enumerate([*rules, *_DATES])
    )
    began = time.perf_counter()
    plan = segments.plan(project, sources.source_of(text, "timed").written)
    segments.apply(project, plan, now=NOW)
    found: dict[str, Any] = {"defining 100 segments": f"{time.perf_counter() - began:,.1f} s"}
    now = NOW
    costs = list[tuple[float, float, int]]()
    for hours in (1, 1, 10):
        project.longest_s = 0.0
        now += hours * HOUR
        began, worked = time.perf_counter(), time.process_time()
        done = advance.advance(project, now=now)
        took, worked = time.perf_counter() - began, time.process_time() - worked
        flips = done.entered + done.left
        costs.append((took, worked, flips))
        found[f"{hours} h to +{(now - NOW) // HOUR} h"] = (
            f"{1000 * took:,.0f} ms (processor {1000 * worked:,.0f}), {done.edges:,} edges, "
            f"{flips:,} flips, longest write {1000 * project.longest_s:.0f} ms"
        )
    (took, worked, flips), (long_took, long_worked, many) = costs[1:]
    found["ten hours to one"] = (
        f"{many / flips:.1f} times the flips, {long_took / took:.1f} times as long "
        f"(processor {long_worked / worked:.1f})"
    )
    began = time.perf_counter()
    for _ in range(_IDLE):
        advance.advance(project, now=now)
    found["when nothing is due"] = f"{1000 * (time.perf_counter() - began) / _IDLE:.1f} ms"
    compared = {"an hour": took, "an hour, processor": worked}
    return found | {"wrong": wrong(project, now), COMPARED: compared}


PARTS: Mapping[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "live": live_part,
    "define": define_part,
    "advance": advance_part,
}


def _copied(options: argparse.Namespace) -> Watched:
    people = population(options.cache, profiles=options.profiles, events=options.events)
    suffix = people.folder.name.removeprefix("population-")
    made = segql_store.stored(people, options.cache / f"segql-{suffix}.db")
    path = options.cache / "membership.db"
    _remove(path)
    copyfile(made, path)
    return Watched.opened(path)


def _remove(path: Path) -> None:
    for old in path.parent.glob(path.name + "*"):
        old.unlink()


def wrong(project: Project, now: int) -> int:
    """Give how many memberships differ from a full evaluation at `now`."""
    catalog = project.catalog()
    result = sets.evaluate(
        project.path,
        catalog.rules,
        moment=Moment(now, project.zone),
        names=list(catalog.rules),
    )
    return sum(
        len(
            np.setxor1d(
                result.ids(name),
                members.ids(project.connection, catalog.entry(name).stored.id),
                assume_unique=True,
            )
        )
        for name in catalog.rules
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what the command line asks for; give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=20_000_000)
    parser.add_argument("--cache", type=Path, default=Path("build/bench"))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--growth", action="store_true", help="also with a tenth of the data")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.here:
        [part] = options.parts
        found = PARTS[part](options)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({**found, "peak memory": f"{peak:,.0f} MB"}))
        return 0
    found = {part: _run(part, options) for part in options.parts}
    if options.growth:
        options.profiles, options.events = options.profiles // 10, options.events // 10
        for part, whole in found.items():
            if COMPARED in whole:
                tenth = _run(part, options)
                for what, seconds in whole[COMPARED].items():
                    times = seconds / tenth[COMPARED][what]
                    print(f"  {what}: ten times the data, {times:.1f} times as long")
                whole["wrong"] += tenth["wrong"]
    return int(any(one["wrong"] for one in found.values()))


def _run(part: str, options: argparse.Namespace) -> dict[str, Any]:
    """Run a part in its own process, print what it found and give it."""
    size = [f"--{name}={getattr(options, name)}" for name in ("profiles", "events", "cache")]
    command = [sys.executable, "-m", "benchmarks.membership", *size, "--here", "--parts", part]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    about = (PARTS[part].__doc__ or "").splitlines()[0]
    print(f"{part}, {options.profiles:,} profiles: {about}")
    for what, figure in found.items():
        if what != COMPARED:
            print(f"  {what:<28}{figure}")
    return found


if __name__ == "__main__":
    sys.exit(main())

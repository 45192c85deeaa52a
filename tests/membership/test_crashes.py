"""A writing process ended with SIGKILL, anywhere: nothing acknowledged is lost, no flip is doubled.

After each end the database is opened anew, what was not acknowledged is said again, and facts and
flips are held against the plain model of the whole history.
"""

from __future__ import annotations

import ast
import multiprocessing
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import lru_cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from pathlib import Path
from random import Random
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

import segql
from membership.directory import quick
from membership.flips import hold_against
from membership.rules import DAY, HOUR, LENGTHS, LINES, START
from membership.world import World
from membership.writer import (
    PASS_ON,
    PEOPLE,
    Advance,
    Archive,
    Batch,
    Broken,
    Define,
    Forget,
    Import,
    Listed,
    Recompute,
    Step,
    steps,
    take,
    write,
)
from segql.app.advance import advance
from segql.app.project import Project
from segql.model import calls
from segql.model.instants import iso

ZONE = ZoneInfo("Europe/Zurich")
SRC = Path(segql.__file__).parent
EVENTS = """
    select external, count(*)
      from events
      join profiles
        on profiles.id = profile
     group by external
"""
RESPONSES = EVENTS.replace("events", "responses")
LASTING = ('on enter notify "crm" on leave notify "crm"', 'after 2h notify "crm"', "")
"""Lines of segments, as in `rules.LINES`."""
RESTART_S = 2.0
PATIENCE_S = 60.0
"""How long a writer may take; it is done in a fraction of a second."""


class History:
    """Steps, and the plain model of where they lead."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.world = World(ZONE, START, LENGTHS)
        for step in steps:
            self.world.pass_time(step.now)
            match step:
                case Batch(batch):
                    self.world.batch(batch)
                case Define(name, text, lines=lines):
                    self.world.define(name, text, LINES[lines])
                case Archive(name):
                    self.world.archive(name)
                case Listed(listed, enters):
                    if "list" not in self.world.segments:
                        self.world.make_list("list")
                    self.world.put("list", listed, enters=enters)
                case Import(events):
                    self.world.import_events(events)
                case Forget(days, now):
                    self.world.forget(now - days * DAY)
                case Advance() | Recompute():
                    pass

    @property
    def end(self) -> int:
        return self.steps[-1].now


@lru_cache(maxsize=64)
def drawn(seed: int) -> History:
    return History(steps(seed))


class Nursery:
    """Where writers come from: processes of their own that need not import anything anew."""

    def __init__(self, directory: Path) -> None:
        self.context: ForkServerContext = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["membership.writer"])
        with pytest.MonkeyPatch.context() as patched:
            patched.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
            forkserver.ensure_running()
        self.directory = directory
        self.empty = directory / "empty.db"
        Project.opened(self.empty, create=True, zone=ZONE.key).close()
        self.number = 0

    def run(
        self,
        history: History,
        *,
        kill_at: int | tuple[str, int] | None = None,
        kill_after: tuple[int, float] | None = None,
        broken: Broken = "",
    ) -> tuple[Path, int, Counter[str]]:
        """A writer's database, how many steps it acknowledged, and the points that it passed.

        It ends itself at the point `kill_at`, or is ended so many acknowledgements and seconds
        after its start, `kill_after`; the points are known of one that comes to its end alone.
        """
        self.number += 1
        path = self.directory / f"{self.number}.db"
        shutil.copy(self.empty, path)
        ours, theirs = self.context.Pipe(duplex=False)
        child = self.context.Process(
            target=write, args=(path, history.steps, theirs, kill_at, broken)
        )
        child.start()
        theirs.close()
        done, points = 0, Counter[str]()
        with closing(ours):
            try:
                while kill_after is None or done < kill_after[0]:
                    assert ours.poll(PATIENCE_S), "the writer hangs"
                    said = ours.recv()
                    if isinstance(said, Counter):
                        points = said
                    else:
                        done = said + 1
                if kill_after is not None and not ours.poll(kill_after[1]):
                    child.kill()
                while True:
                    said = ours.recv()
                    done = done if isinstance(said, Counter) else said + 1
            except EOFError:
                pass
            finally:
                if kill_after is not None:
                    child.kill()
                child.join()
        assert child.exitcode in (0, -9), child.exitcode
        return path, done, points


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with quick() as directory:
        yield Nursery(Path(directory))


def holds_after(path: Path, history: History, done: int) -> None:
    """Go on after the last acknowledgement; in the end everything is as if nothing had happened."""
    began = perf_counter()
    with Project.opened(path) as project:
        assert project.catalog() is not None
        assert perf_counter() - began < RESTART_S
        assert project.connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        for step in history.steps[done:]:
            take(project, step)
        advance(project, now=history.end)
        hold_against(project, history.world)
        same_facts(project, history.world)
    remove(path)


def same_facts(project: Project, world: World) -> None:
    """As many events and responses of everybody as were said."""
    people = world.people.items()
    events = {who: len(one.events) for who, one in people if one.events}
    responses = {who: len(one.surveys) for who, one in people if one.surveys}
    assert dict(project.connection.execute(EVENTS)) == events
    assert dict(project.connection.execute(RESPONSES)) == responses


def remove(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()


def points_of(nursery: Nursery, history: History) -> Counter[str]:
    """The points that a writer passes that comes to its end, by label; all of them have ""."""
    path, done, points = nursery.run(history)
    assert done == len(history.steps) and points[""] > 10 * done
    holds_after(path, history, done)
    return points


def crash_at(
    nursery: Nursery, history: History, point: int | tuple[str, int], broken: Broken = ""
) -> None:
    path, done, _ = nursery.run(history, kill_at=point, broken=broken)
    holds_after(path, history, done)


def crash_somewhere(nursery: Nursery, random: Random) -> None:
    history = drawn(random.randrange(20))
    after = random.randrange(len(history.steps)), random.random() * 0.02
    path, done, _ = nursery.run(history, kill_after=after)
    holds_after(path, history, done)


def labelled(points: Counter[str], random: Random, times: int) -> list[tuple[str, int]]:
    """Each label, with up to so many of the times at which it was passed."""
    return [
        (label, number)
        for label, often in sorted(points.items())
        if label
        for number in sorted(random.sample(range(1, often + 1), min(times, often)))
    ]


def test_around_some_commits_and_at_some_instants(nursery: Nursery) -> None:
    history, random = drawn(1), Random(1)
    found = labelled(points_of(nursery, history), random, 1)
    assert len(found) > 20
    for point in found:
        crash_at(nursery, history, point)
    for _ in range(50 - len(found)):
        crash_somewhere(nursery, random)


def passing() -> History:
    """Time goes on: many edges at one instant, some at others, and stays that have lasted."""
    batch: list[calls.Call] = [
        *(calls.Identify(who, {"ends": iso(START + 3 * HOUR)}, account="acme") for who in PEOPLE),
        *(calls.Track(who, "buy", {"amount": 2}, message_id=who) for who in PEOPLE),
    ]
    rules = ('did "buy" within 2h', "trait.ends within next 2h", 'did "buy" during today')
    nested = 'in segment "a" or not in segment "b"'
    return History(
        [
            Batch(batch, START),
            *(
                Define(*pair, START, lines)
                for pair, lines in zip(zip("abc", rules, strict=True), LASTING, strict=True)
            ),
            Define("d", nested, START),
            Batch([calls.Track("u1", "buy", {"amount": 2}, message_id="late")], START + HOUR),
            Advance(START + 2 * DAY),
        ]
    )


def test_while_time_goes_on(nursery: Nursery) -> None:
    """Between the chunks of an advance, and inside them."""
    while_time_goes_on(nursery, 15)


def while_time_goes_on(nursery: Nursery, times: int | None) -> None:
    history = passing()
    first = points_of(nursery, History(history.steps[:-1]))[""]
    last = points_of(nursery, history)[""]
    assert last - first > 100
    step = 1 if times is None else (last - first) // times
    for point in range(first, last + 1, step):
        crash_at(nursery, history, point)


@pytest.mark.parametrize("broken", ["acknowledges early", "writes flips apart"])
def test_a_writer_that_is_wrong_is_found_out(nursery: Nursery, broken: Broken) -> None:
    buyers = Define("buyers", 'did "buy"', START)
    history = History([buyers, Batch([calls.Track("ann", "buy", message_id="m")], START)])
    path, done, points = nursery.run(history, broken=broken)
    holds_after(path, history, done)
    found = []
    for point in range(points[""], points[""] - 30, -1):
        try:
            crash_at(nursery, history, point, broken)
        except AssertionError:
            found.append(point)
    assert found


NOT_HERE = {
    "segql.app.project.Project._read_lines": "for databases of older versions",
    "segql.app.segments.rename": "nobody enters or leaves",
    "segql.membership.advance.Advance._one_by_one": "no rule here fails",
    "segql.membership.define._Work._quarantine": "no rule here fails",
    "segql.membership.define._Work.release": "nobody is stopped but by a kill",
}


def writing_functions() -> set[str]:
    """The functions above the store that begin write transactions."""
    found = set[str]()
    for package in ("app", "membership"):
        for path in (SRC / package).glob("*.py"):
            module = f"segql.{package}.{path.stem}"
            _look_into(ast.parse(path.read_text(encoding="utf-8")), module, found)
    return found - PASS_ON


def _look_into(node: ast.AST, within: str, found: set[str]) -> None:
    for child in ast.iter_child_nodes(node):
        name = within
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            name = f"{within}.{child.name}"
        elif isinstance(child, ast.Call):
            called = ast.unparse(child.func).rpartition(".")[2]
            if called in {"writing", "immediate", "in_chunks"}:
                found.add(within)
        _look_into(child, name, found)


@pytest.mark.slow
def test_around_every_commit(nursery: Nursery) -> None:
    """Of every write transaction that calls, lists, imports, definitions and time go through."""
    random, seen = Random(2), set[str]()
    for seed in range(12):
        history = drawn(seed)
        points = points_of(nursery, history)
        for point in labelled(points, random, 1):
            crash_at(nursery, history, point)
        seen |= points.keys()
    written = {label.partition(" ")[2] for label in seen - {""}}
    assert writing_functions() - written == NOT_HERE.keys()


@pytest.mark.slow
def test_everywhere_while_time_goes_on(nursery: Nursery) -> None:
    while_time_goes_on(nursery, None)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_before_many_statements(nursery: Nursery, seed: int) -> None:
    history = drawn(seed)
    for point in range(1 + seed, points_of(nursery, history)[""] + 1, 17):
        crash_at(nursery, history, point)


@pytest.mark.slow
def test_five_hundred_instants(nursery: Nursery) -> None:
    random = Random(500)
    for _ in range(500):
        crash_somewhere(nursery, random)

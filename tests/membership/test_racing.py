"""Processes that define segments at once: the last definition wins, one computes at a time.

The processes are real; pipes say when each goes on, so that nothing depends on who is faster.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from membership.flips import all_flips
from segql.app import audience, ingest, segments
from segql.app.project import Project
from segql.engines import sets
from segql.membership import application, pace
from segql.model.calls import Identify
from segql.model.errors import Refused
from segql.model.instants import Moment
from segql.store import runs
from segql.store import segments as stored
from segql.store.driver import Connection

NOW = 1_772_366_400_000
PEOPLE = 60
RULES = {"x": 'trait.plan = "pro"', "y": "trait.seats >= 30", "z": "everyone"}
processes = multiprocessing.get_context("fork")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "team.db"
    with Project.opened(path, create=True) as project:
        plans = ("pro", "free")
        people = [
            Identify(f"u{number}", {"plan": plans[number % 2], "seats": number})
            for number in range(PEOPLE)
        ]
        ingest.batch(project, people, now=NOW)
    return path


def define(project: Project, name: str, rule: str) -> None:
    """Define a segment, whoever has changed it meanwhile."""
    while True:
        try:
            segments.define_one(project, name, rule, description=None, now=NOW)
            return
        except Refused as error:
            assert error.code == "changed-meanwhile"


@contextmanager
def beside(work: Callable[[Pipe], None]) -> Iterator[Pipe]:
    """Another process that does `work`, which is gone afterwards; and the pipe to it."""
    here, there = processes.Pipe()

    def begin() -> None:
        try:
            work(there)
            there.send("done")
        except BaseException as error:
            there.send(repr(error))

    process = processes.Process(target=begin)
    process.start()
    try:
        yield here
    finally:
        process.join(30)
        process.kill()
        process.join(30)


def told(pipe: Pipe) -> Any:
    """What the other process says next."""
    assert pipe.poll(30), "the other process says nothing"
    return pipe.recv()


def is_exact(project: Project) -> bool:
    rules = project.catalog().rules
    found = sets.evaluate(project.path, rules, moment=Moment(NOW, project.zone))
    is_settled = not runs.due(project.connection)
    every = all_flips(project).values()
    alternates = all(one[1] != other[1] for flips in every for one, other in pairwise(flips))
    sizes = all(found.count(name) == audience.size(project, name) for name in rules)
    return is_settled and alternates and sizes


def texts(project: Project, name: str) -> list[str]:
    number = project.catalog().entry(name).stored.id
    return [one.text for one in stored.revisions(project.connection, number)]


@pytest.mark.parametrize("names", [("same", "same", "same"), ("a", "b", "c")])
def test_processes_define_segments_at_the_same_time(path: Path, names: tuple[str, ...]) -> None:
    start = processes.Barrier(len(names) + 1)

    def work(name: str, rule: str) -> Callable[[Pipe], None]:
        def defines(pipe: Pipe) -> None:
            with Project.opened(path) as project:
                start.wait(30)
                for _ in range(3):
                    define(project, name, rule)
                    define(project, f"{name} nested", f'not in segment "{name}"')

        return defines

    one, two, three = (work(*pair) for pair in zip(names, RULES.values(), strict=True))
    with beside(one) as first, beside(two) as second, beside(three) as third:
        start.wait(30)
        assert [told(pipe) for pipe in (first, second, third)] == ["done"] * 3
    with Project.opened(path) as project:
        assert is_exact(project)
        for name in names:
            written = texts(project, name)
            assert len(written) == len(set(enumerate(written))) >= 1
            assert project.catalog().entry(name).stored.text == written[-1]


def pausing(project: Project, pipe: Pipe, transactions: int) -> None:
    """Have the project say that it has written so many, and go on when it is told to."""
    left, writing = transactions, project.writing

    @contextmanager
    def counted() -> Iterator[Connection]:
        nonlocal left
        if left == 0:
            pipe.send("paused")
            pipe.recv()
        left -= 1
        with writing() as connection:
            yield connection

    project.writing = counted  # type: ignore[method-assign]  # of this one project


def slowly(path: Path) -> Callable[[Pipe], None]:
    """Define `same` by `RULES["x"]` flip by flip, and pause after some of them."""

    def work(pipe: Pipe) -> None:
        with (
            Project.opened(path) as project,
            patch.object(application, "CHUNK", 1),
            patch.object(pace, "AIM_S", 0),
        ):
            pausing(project, pipe, 8)
            segments.define_one(project, "same", RULES["x"], description=None, now=NOW)

    return work


def half_way(project: Project) -> int:
    """How many are in, while another process applies `same`."""
    [due] = runs.due(project.connection).values()
    size = audience.size(project, "same")
    assert due.is_taken and 0 < size < PEOPLE // 2
    return size


def test_nobody_else_computes_what_somebody_is_at(path: Path) -> None:
    with beside(slowly(path)) as pipe, Project.opened(path) as project:
        assert told(pipe) == "paused"
        size = half_way(project)
        define(project, "other", RULES["y"])
        segments.recompute(project, ["other"], now=NOW)
        assert half_way(project) == size and audience.size(project, "other") == PEOPLE // 2
        pipe.send("go on")
        assert told(pipe) == "done"
        assert is_exact(project) and audience.size(project, "same") == PEOPLE // 2


def test_a_later_definition_takes_over_from_whoever_is_at_it(path: Path) -> None:
    with beside(slowly(path)) as pipe, Project.opened(path) as project:
        assert told(pipe) == "paused"
        half_way(project)
        define(project, "same", RULES["y"])
        assert is_exact(project)
        members = [one.external for one in audience.members_of(project, "same")]
        assert members == [f"u{number}" for number in range(30, PEOPLE)]
        pipe.send("go on")  # finds that it is not the one any more
        assert told(pipe) == "done"
        assert is_exact(project)
        assert [one.external for one in audience.members_of(project, "same")] == members

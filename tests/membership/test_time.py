"""Time in one step or in many: the same flips, the same numbers; and nothing that is not exact.

Segments of every form over the worlds of `laws`, advanced on two copies of one project: at one go,
and in steps between which the naive evaluator is asked who should be in.
"""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from laws.test_agreement import draw_rules
from laws.worlds import PLACES, World, world
from membership.rules import DAY, HOUR, START
from populations import by_oracle, stored
from segql.app import advance, ingest, lists, segments
from segql.app.project import Project
from segql.language.files import ParsedFile
from segql.language.format import format_file
from segql.language.syntax import Rule, Segment
from segql.model.calls import Track
from segql.store import members, profiles

FLIPS = """
    select segment, profile, entered_flip as flip, 1, entered, entered_cause from history
     union all
    select segment, profile, flip, 0, "left", left_cause from history
     union all
    select segment, profile, flip, 1, entered, cause from members
     order by flip
"""


def flips(project: Project) -> list[tuple[Any, ...]]:
    return project.connection.execute(FLIPS).fetchall()


def made(here: World, rules: dict[str, Rule], path: Path, now: int) -> None:
    """A project at `now`, with the people of a world, its segments, and `rules`."""
    stored(path, here.documents, here.zone)
    every = [Segment(name, rule) for name, rule in {**here.segments, **rules}.items()]
    written = [segments.Written(one, format_file("", ParsedFile((one,), ()))) for one in every]
    with Project.opened(path) as project:
        own = [who for who, one in here.documents.items() if "own list" in one.get("segments", ())]
        lists.add_profiles(
            project, "own list", [lists.Row(n, who) for n, who in enumerate(own, 1)], now=now
        )
        segments.apply(project, segments.plan(project, written), now=now)


def compare(number: int, per_form: int, steps: int, folder: Path, *, share: int = 1) -> int:
    here = world(number)
    drawn = [one for one in draw_rules(per_form) if one.place == number % len(PLACES)][::share]
    rules = {f"r{index}": one.rule for index, one in enumerate(drawn)}
    random = Random(number)
    start, end = here.now - 3 * DAY, here.now + random.choice((2, 40, 400)) * DAY
    once, often = folder / f"once {number}.db", folder / f"often {number}.db"
    made(here, rules, once, start)
    shutil.copy(once, often)
    with Project.opened(once) as project:
        advance.advance(project, now=end)
        expected = flips(project)
    answer = by_oracle(here.documents, here.segments, here.zone, folder)
    near = [here.now + random.choice((-1, 0, 1)) * length for length in (0, HOUR, DAY)]
    instants = {random.randrange(start, end) for _ in range(steps)} | {end, *near}
    with Project.opened(often) as project:
        for now in sorted(instants):
            advance.advance(project, now=now)
            said = answer(rules, now)
            for name in rules:
                segment = project.catalog().entry(name).stored.id
                ids = members.ids(project.connection, segment)
                inside = set(profiles.externals(project.connection, ids).values())
                assert inside == said[name], (name, rules[name], now)
        assert flips(project) == expected
    by_time = [flip for flip in expected if flip[-1] == "time"]
    assert all(one[4] <= other[4] for one, other in pairwise(by_time)), "numbered in order"
    return len(by_time)


def test_it_makes_no_difference_in_how_many_steps_time_passes(tmp_path: Path) -> None:
    assert compare(0, 1, 2, tmp_path, share=6) > 10


def test_time_passes_up_to_the_clock_where_a_process_is_behind_it(tmp_path: Path) -> None:
    """A call has moved it on, for its own profile alone."""
    with Project.opened(tmp_path / "team.db", create=True) as project:
        ingest.one(project, Track("ann", "buy"), now=START)
        rule = 'did "buy" within 2h'
        segments.define_one(project, "a", rule, description=None, now=START)
        ingest.one(project, Track("bob", "export"), now=START + 5 * HOUR)
        segments.define_one(project, "a", "everyone", description=None, now=START + HOUR)
        assert [flip[3:6] for flip in flips(project)][:3] == [
            (1, START, "definition"),
            (0, START + 2 * HOUR, "time"),
            (1, START + 5 * HOUR, "definition"),
        ]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(18))
def test_it_makes_no_difference_for_many_rules(number: int, tmp_path: Path) -> None:
    assert compare(number, 12, 20, tmp_path) > 50

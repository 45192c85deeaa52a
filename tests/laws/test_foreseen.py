"""What the set engine foresees of time is what the interpreter finds edge by edge.

Of a rule that looks at the profile alone every flip, and no other; of everybody else an instant
before which nothing changes. (`test_edges` holds the interpreter against the naive evaluator.)
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from random import Random

import pytest

from laws.test_agreement import draw_rules
from laws.worlds import PLACES, world
from populations import stored
from segql.engines import sets
from segql.engines.interpreter.edges import spell
from segql.engines.sets.foresight import is_own
from segql.language.format import format_rule
from segql.model.instants import Instant, Moment
from segql.rules.desugar import desugar
from segql.rules.rule import InSegment, Rule
from segql.rules.shape import walk
from segql.store.driver import Connection
from segql.store.facts import facts_of
from segql.store.migrations import open_store

DAY = 86_400_000


def flips(
    connection: Connection, profile: int, rule: Rule, start: Moment, until: Instant
) -> list[tuple[Instant, bool]]:
    """Every change of the verdict after `start`, edge by edge."""
    facts = facts_of(connection, profile, in_segment=lambda *_: False)
    assert facts is not None
    found, (held, end) = [], spell(rule, facts, start)
    while end <= until:
        at = end
        holds, end = spell(rule, facts, Moment(at, start.zone))
        if holds != held:
            found.append((at, holds))
        held = holds
    return found


def is_segment(part: Rule) -> bool:
    return isinstance(part, InSegment)


def check(number: int, per_form: int, folder: Path, *, share: int = 1) -> tuple[int, int]:
    """How many flips were foreseen, and how many were left to be asked."""
    here = world(number)
    path = folder / f"{number}.db"
    ids = stored(path, here.documents, here.zone)
    random = Random(number)
    back, ahead = random.choice(((400, 500), (40, 60), (2, 30)))
    start = Moment(here.now - back * DAY, here.zone)
    until = start.now + ahead * DAY
    drawn = [asked for asked in draw_rules(per_form) if asked.place == number % len(PLACES)]
    rules = {f"r{place}": desugar(asked.rule) for place, asked in enumerate(drawn[::share])}
    rules |= {name: desugar(rule) for name, rule in here.segments.items()}
    rules = {name: rule for name, rule in rules.items() if not any(map(is_segment, walk(rule)))}
    upcoming = sets.upcoming(path, rules, names=list(rules), moment=start, until=until)
    foreseen = asked = 0
    connection = open_store(path, read_only=True)
    for name, rule in rules.items():
        edges = defaultdict(list)
        for at, _, who, holds in upcoming.rows({name: 1}):
            edges[who].append((at, holds))
        for who in ids.values():
            found, known = flips(connection, who, rule, start, until), edges[who]
            if any(holds is None for _, holds in known) or not is_own(rule):
                assert len(known) <= 1, format_rule(drawn[0].rule)
                assert not found or known[0][0] <= found[0][0], (rule, found, known)
                asked += len(found)
            else:
                assert known == found, (name, rule, found, known)
                foreseen += len(found)
    connection.close()
    return foreseen, asked


def test_flips_are_foreseen_to_the_millisecond(tmp_path: Path) -> None:
    foreseen, asked = check(1, 2, tmp_path, share=2)
    assert min(foreseen, asked) > 50


@pytest.mark.slow
@pytest.mark.parametrize("number", range(18))
def test_flips_of_many_rules_are_foreseen(number: int, tmp_path: Path) -> None:
    # Some worlds have long spans in which much happens, some a quiet day.
    check(number, 4, tmp_path)

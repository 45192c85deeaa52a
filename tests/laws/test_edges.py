"""Time edges: between two of them no verdict changes, whatever the rule, the profile and the zone.

The verdicts are those of the naive evaluator.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from random import Random

import pytest

from laws.forms import EVENT_WINDOWS
from laws.test_agreement import Asked, draw_rules
from laws.worlds import World, world
from oracle import holds
from populations import stored, with_teammates
from segql.engines.interpreter.edges import edges, next_edge, next_flip
from segql.engines.interpreter.memory import Profile
from segql.language.format import format_rule
from segql.language.syntax import Rule
from segql.model.instants import Instant, Moment, iso
from segql.rules.desugar import desugar
from segql.store.facts import facts_of
from segql.store.migrations import open_store

DAY = 86_400_000
AHEAD = 900 * DAY
"""How far is looked: past the farthest instant of a world and every length of the pools."""
MOST = 12
"""How many edges of a rule are looked at."""


class Watched:
    """A rule and one document, asked at one instant after the other."""

    def __init__(self, here: World, who: str, rule: Rule) -> None:
        self.here, self.document, self.rule = here, with_teammates(here.documents)[who], rule
        self.start = Moment(here.now, here.zone)
        self.until = here.now + AHEAD
        self.core = desugar(rule)
        self.rules = {name: desugar(one) for name, one in here.segments.items()}
        self.facts = Profile.of(self.document, zone=here.zone)

    def verdict(self, now: Instant) -> bool:
        here = self.here
        return holds(self.rule, self.document, now=now, zone=here.zone, segments=here.segments)

    def edges(self) -> Iterator[Instant]:
        return edges(self.core, self.facts, self.start, until=self.until, rules=self.rules)

    def __str__(self) -> str:
        return f"{format_rule(self.rule)}\n{self.here.zone.key}\n{self.document}"


def watched(per_form: int, people: int) -> Iterator[tuple[Asked, Watched]]:
    for index, asked in enumerate(draw_rules(per_form)):
        here = world(asked.place)
        for who in islice(sorted(here.documents), index % 5, None, 16 // people):
            yield asked, Watched(here, who, asked.rule)


def between(low: Instant, high: Instant, random: Random) -> Iterator[Instant]:
    """The ends of a stretch in which nothing changes, and instants inside it."""
    yield low
    yield high - 1
    for _ in range(3):
        yield random.randrange(low, high)
    for midnight in range(low - low % DAY, min(high, low + 3 * DAY), DAY // 4):
        if low < midnight < high:
            yield midnight


def check(per_form: int, people: int) -> None:
    """Ask around every edge; and there are few edges that change nothing where counts decide."""
    random = Random(per_form)
    edged: Counter[str] = Counter()
    flipped: Counter[str] = Counter()
    for asked, one in watched(per_form, people):
        found = list(islice(one.edges(), MOST))
        assert all(low < high for low, high in pairwise((one.start.now, *found))), str(one)
        ends = [*found, one.until + 1] if len(found) < MOST else found
        flips = list(_flips(one, ends, random))
        edged[asked.form] += len(found)
        flipped[asked.form] += len(flips)
        _check_outlook(one, found, flips)
    assert sum(bool(number) for number in flipped.values()) > len(flipped) / 2
    counted = [
        f"{what} {window.__name__}" for what in ("did", "survey") for window in EVENT_WINDOWS
    ]
    assert sum(flipped[form] for form in counted) > 0.7 * sum(edged[form] for form in counted)


def _flips(one: Watched, ends: list[Instant], random: Random) -> Iterator[Instant]:
    """Where the verdict changes; raises `AssertionError` where it does so inside a stretch."""
    before = one.verdict(one.start.now)
    for low, high in pairwise((one.start.now, *ends)):
        verdict = one.verdict(low)
        if verdict != before:
            yield low
        before = verdict
        for now in between(low, high, random):
            assert one.verdict(now) == verdict, f"{iso(low)} {iso(now)} {iso(high)}\n{one}"


def _check_outlook(one: Watched, found: list[Instant], flips: list[Instant]) -> None:
    """`next_edge` and `next_flip` say what walking over the edges does."""
    outlook = next_flip(one.core, one.facts, one.start, until=one.until, rules=one.rules)
    assert outlook.holds == one.verdict(one.start.now), str(one)
    if flips:
        assert outlook.flips == outlook.sure_until == flips[0], str(one)
    elif len(found) < MOST:
        assert (outlook.flips, outlook.sure_until) == (None, one.until), str(one)
    first = next_edge(one.core, one.facts, one.start, rules=one.rules)
    assert not found or first == found[0], str(one)


def test_no_verdict_changes_between_edges() -> None:
    check(2, 4)


def test_stored_facts_have_the_edges_of_their_documents(tmp_path: Path) -> None:
    for number in range(2):
        here = world(number)
        path = tmp_path / f"{number}.db"
        ids = stored(path, here.documents, here.zone)
        rules = [asked.rule for asked in draw_rules(1) if asked.place == number]
        connection = open_store(path, read_only=True)
        for who in islice(ids, 6):
            facts = facts_of(connection, ids[who], in_segment=lambda *_: False)
            assert facts is not None
            document = {**here.documents[who], "segments": []}
            profile = Profile.of(document, zone=here.zone)
            future = [here.now - 400 * DAY]
            while (begins := profile.begins_after(future[-1])) is not None:
                assert facts.begins_after(future[-1]) == begins
                future.append(begins)
            assert facts.begins_after(future[-1]) is None
            for rule in rules:
                start, core = Moment(here.now, here.zone), desugar(rule)
                found = (
                    edges(core, one, start, until=here.now + AHEAD) for one in (facts, profile)
                )
                of_stored, of_document = (list(islice(some, MOST)) for some in found)
                assert of_stored == of_document, format_rule(rule)
        connection.close()


@pytest.mark.slow
def test_no_verdict_changes_between_very_many_edges() -> None:
    check(20, 16)

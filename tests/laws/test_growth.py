"""One more event: it turns rules on or off only as they say, and matters only where it is selected.

The verdicts are those of the naive evaluator, with an event and without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from laws.test_agreement import draw_rules
from laws.worlds import World, world
from oracle import holds
from populations import with_teammates
from segql.engines.interpreter.attributes import bind_where
from segql.language.format import format_rule
from segql.language.syntax import Rule
from segql.model.instants import Moment
from segql.rules import growth
from segql.rules.desugar import desugar
from segql.rules.reads import reads_of

EVENTS = 4
"""How many of a profile's are each the one more."""


class More:
    """A rule with a profile before and after one of its events."""

    def __init__(self, here: World, rule: Rule, document: dict[str, Any], index: int) -> None:
        self.here, self.rule, self.core = here, rule, desugar(rule)
        self.event = document["events"][index]
        others = [*document["events"][:index], *document["events"][index + 1 :]]
        self.after = self.verdict(document)
        self.before = self.verdict({**document, "events": others})

    def verdict(self, document: dict[str, Any]) -> bool:
        here = self.here
        return holds(self.rule, document, now=here.now, zone=here.zone, segments=here.segments)

    def is_selected(self) -> bool:
        name = self.event["event"]
        reads = reads_of(self.core)
        clauses = growth.selecting(self.core, name)
        if clauses is None:
            return name in reads.events or bool(reads.fields)
        moment = Moment(self.here.now, self.here.zone)
        properties = self.event.get("properties") or {}
        return any(bind_where(clause)(moment)(properties) for clause in clauses)

    def __str__(self) -> str:
        return f"{format_rule(self.rule)}\none more event: {self.event}\n{self.before} {self.after}"


def drawn(per_form: int, people: int) -> Iterator[More]:
    for index, asked in enumerate(draw_rules(per_form)):
        if reads_of(desugar(asked.rule)).segments:
            continue
        here = world(asked.place)
        documents = list(with_teammates(here.documents).values())
        for document in islice(documents, index % 5, None, 16 // people):
            for place in islice(range(len(document.get("events") or ())), EVENTS):
                yield More(here, asked.rule, document, place)


def check(per_form: int, people: int) -> int:
    """Compare before with after, and give the smallest number of times that something was seen."""
    seen = Counter[str]()
    for more in drawn(per_form, people):
        turns = growth.turns_of(more.core)
        if more.before != more.after:
            assert turns.on if more.after else turns.off, str(more)
            assert more.is_selected(), str(more)
            seen["on" if more.after else "off"] += 1
        seen["nothing"] += not more.is_selected()
    return min(seen[what] for what in ("on", "off", "nothing"))


def test_one_more_event_does_to_a_rule_only_what_the_rule_says() -> None:
    assert check(per_form=1, people=3) > 2


@pytest.mark.slow
def test_one_more_event_does_to_many_rules_only_what_they_say() -> None:
    assert check(per_form=6, people=16) > 100

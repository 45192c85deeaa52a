"""What is said to flip a rule flips it: made on the document, for the naive evaluator."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import pytest

from laws.forms import FORM_NAMES
from laws.test_agreement import draw_rules
from laws.worlds import World, world
from oracle import holds
from segql.engines.explanation.altered import applied
from segql.engines.explanation.flips import Flips
from segql.engines.interpreter.memory import Profile
from segql.language.format import format_rule
from segql.language.syntax import Rule
from segql.model.changes import in_words
from segql.model.instants import Moment
from segql.rules.desugar import desugar


def verdict(here: World, rule: Rule, document: dict[str, object]) -> bool:
    return holds(rule, document, now=here.now, zone=here.zone, segments=here.segments)


def check(per_form: int, people: int) -> None:
    offered: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for index, one in enumerate(draw_rules(per_form)):
        here = world(one.place)
        rules = {name: desugar(rule) for name, rule in here.segments.items()}
        for who in islice(sorted(here.documents), index % 5, None, 16 // people):
            document, moment = here.documents[who], Moment(here.now, here.zone)
            flips = Flips(Profile.of(document, zone=here.zone), moment, rules)
            core, before = desugar(one.rule), verdict(here, one.rule, document)
            assert flips.holds(core) == before
            plans = flips.plans(core)
            for plan in plans:
                after = applied(document, plan, moment)
                assert verdict(here, one.rule, after) != before, (
                    f"{format_rule(one.rule)}\n{in_words(plan)}\n{plan}\n{document}"
                )
            asked[one.form] += 1
            offered[one.form] += bool(plans)
    # Fields of time seldom can be changed, nor can windows that begin in the future.
    assert offered.total() > 0.8 * asked.total()
    # Nor has a day four days in it.
    plain = [form for form in FORM_NAMES if form.startswith(PLAIN) and "days in" not in form]
    assert all(offered[form] == asked[form] for form in plain)


PLAIN = ("did at", "did exactly", "did more", "did fewer", "did on", "test =", "test <", "test Wit")


def test_a_plan_flips_what_it_is_for() -> None:
    check(1, 2)


@pytest.mark.slow
def test_very_many_plans_flip_what_they_are_for() -> None:
    check(15, 16)

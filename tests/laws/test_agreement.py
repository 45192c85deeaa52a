"""Generated rules over generated people: every engine says what the naive oracle says (§3).

Each form of a condition is asked of several worlds; a run fails where one was true, or false, in
fewer than a twentieth of its samples, because it would then show little.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from itertools import count, pairwise
from pathlib import Path

import pytest
from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from language.strategies import all_of, any_of
from laws.forms import FORM_NAMES, forms, turned
from laws.reduce import smallest
from laws.worlds import PLACES, World, place, world
from populations import ENGINES, Documents, Engine, Members, by_oracle, by_sets, said
from segql.language.format import format_rule
from segql.language.syntax import InSample, Not, Rule

FEW_ENGINES = {name: engine for name, engine in ENGINES.items() if name != "canonical"}
ALL_ENGINES: Mapping[str, Engine] = {**ENGINES, "sets in parts": partial(by_sets, part_slots=7)}
WORLDS = 18
REPORTED = 6
LEAST_SHARE = 0.05


@frozen
class Asked:
    """A rule that was drawn for a form, and the place whose worlds it is asked of."""

    form: str
    place: int
    rule: Rule


@frozen
class Disagreement:
    """An engine that says something else than the oracle about a profile."""

    world: World
    engine: str
    rule: Rule
    who: str


def draw_rules(per_form: int) -> list[Asked]:
    """Rules of every form, the same ones in every run."""
    return [one for form in FORM_NAMES for one in _drawn(form, per_form)]


def _drawn(form: str, number: int) -> list[Asked]:
    seen: list[Asked] = []

    @settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        here = len(seen) % len(PLACES)
        seen.append(Asked(form, here, data.draw(forms(place(here).pools)[form])))

    draw()
    return seen


def agree(per_form: int, folder: Path, engines: Mapping[str, Engine]) -> None:
    """Ask every engine, compare, and count; raises `AssertionError` with the smallest example."""
    drawn = draw_rules(per_form)
    true: Counter[str] = Counter()
    samples: Counter[str] = Counter()
    wrong: list[Disagreement] = []
    for number in range(WORLDS):
        here = world(number)
        asked = [one for one in drawn if one.place == number % len(PLACES)]
        rules = {
            f"{index} {way}": rule
            for index, one in enumerate(asked)
            for way, rule in enumerate(turned(one.rule))
        }
        said_by = _ask(here, rules, folder / str(number), engines)
        wrong += _disagreements(here, rules, said_by)
        for index, one in enumerate(asked):
            true[one.form] += len(said_by["oracle"][f"{index} 0"])
            samples[one.form] += len(here.documents)
    shown = enumerate(wrong[:REPORTED])
    reports = [_report(one, folder / f"report {index}") for index, one in shown]
    if reports:
        pytest.fail("\n\n".join((f"{len(wrong)} disagreements", *reports)), pytrace=False)
    lopsided = {
        form: f"{true[form]} of {samples[form]} true"
        for form in FORM_NAMES
        if not LEAST_SHARE <= true[form] / samples[form] <= 1 - LEAST_SHARE
    }
    assert not lopsided, "too seldom true, or false"


def _ask(
    here: World,
    rules: Mapping[str, Rule],
    folder: Path,
    engines: Mapping[str, Engine] = ALL_ENGINES,
) -> dict[str, dict[str, Members]]:
    folder.mkdir()
    return {
        name: engine(here.documents, here.segments, here.zone, folder / name)(rules, here.now)
        for name, engine in engines.items()
    }


def _disagreements(
    here: World, rules: Mapping[str, Rule], said_by: Mapping[str, Mapping[str, Members]]
) -> list[Disagreement]:
    """At most one per rule and engine."""
    return [
        Disagreement(here, engine, rule, min(found[name] ^ said_by["oracle"][name]))
        for engine, found in said_by.items()
        for name, rule in rules.items()
        if found[name] != said_by["oracle"][name]
    ]


def _report(wrong: Disagreement, folder: Path) -> str:
    """The disagreement over one profile, made small."""
    here, who, tries = wrong.world, wrong.who, count()
    folder.mkdir()

    def naive(rule: Rule, documents: Documents) -> bool:
        answer = by_oracle(documents, here.segments, here.zone, folder)
        return who in answer({"x": rule}, here.now)["x"]

    def disagree(rule: Rule, document: Mapping[str, object]) -> bool:
        documents = {who: {**document, "id": who}}
        try:
            path = folder / f"try {next(tries)}"
            answer = ALL_ENGINES[wrong.engine](documents, here.segments, here.zone, path)
            return naive(rule, documents) != (who in answer({"x": rule}, here.now)["x"])
        except Exception:  # what is no document, or no rule, any more is no smaller example
            return False

    rule = wrong.rule
    document: Mapping[str, object] = here.documents[who]
    alone = disagree(rule, document)
    if alone:
        rule, document = smallest(rule, document, disagree)
    verdict = naive(rule, {who: document})
    return "\n".join(
        (
            f"{wrong.engine} says {not verdict}, the oracle {verdict}"
            + ("" if alone else " (only among the other profiles)"),
            format_rule(rule),
            f"zone = {here.zone.key}",
            said({who: document}, here.now),
        )
    )


def test_engines_agree_on_every_form(tmp_path: Path) -> None:
    agree(20, tmp_path, FEW_ENGINES)


@pytest.mark.slow
def test_engines_agree_on_very_many_rules(tmp_path: Path) -> None:
    agree(240, tmp_path, ALL_ENGINES)


def test_logic_is_two_valued_on_every_engine(tmp_path: Path) -> None:
    """A rule or its negation holds; De Morgan's laws; a double negation is none."""
    drawn = draw_rules(3)
    for number in range(len(PLACES)):
        here = world(number)
        picked = [one.rule for one in drawn if one.place == number]
        rules: dict[str, Rule] = {}
        for index, (a, b) in enumerate(pairwise(picked)):
            rules |= {
                f"{index} excluded middle": any_of([a, Not(a)]),
                f"{index} contradiction": all_of([a, Not(a)]),
                f"{index} twice": Not(Not(a)),
                f"{index} once": a,
                f"{index} not and": Not(all_of([a, b])),
                f"{index} or not": any_of([Not(a), Not(b)]),
                f"{index} not or": Not(any_of([a, b])),
                f"{index} and not": all_of([Not(a), Not(b)]),
            }
        everyone = frozenset(here.documents)
        for engine, found in _ask(here, rules, tmp_path / str(number)).items():
            for index in range(len(picked) - 1):
                at = {name.split(" ", 1)[1]: found[name] for name in found
                      if name.startswith(f"{index} ")}  # fmt: skip
                assert at["excluded middle"] == everyone, engine
                assert not at["contradiction"], engine
                assert at["twice"] == at["once"], engine
                assert at["not and"] == at["or not"], engine
                assert at["not or"] == at["and not"], engine


def test_a_smaller_sample_lies_inside_a_larger_one(tmp_path: Path) -> None:
    here = world(0)
    for name in (None, "q3"):
        percents = sorted(here.pools.percents)
        rules: dict[str, Rule] = {
            f"{index}": InSample(percent, name) for index, percent in enumerate(percents)
        }
        for engine, found in _ask(here, rules, tmp_path / f"{name}").items():
            nested = [found[f"{index}"] for index in range(len(percents))]
            assert all(small <= large for small, large in pairwise(nested)), engine
            assert not nested[0] and nested[-1] == frozenset(here.documents), engine

"""Whom a text that is being written holds for: counted, compared with what is saved, with samples.

Nothing is stored but derived columns. A preview that is stale is given up inside the evaluation.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import numpy as np
from attrs import frozen

from segql.app.profiles import why_of
from segql.app.project import Project
from segql.app.writing import Draft, conditions_of, line_of, steps_of
from segql.engines import sets
from segql.language import syntax, write
from segql.language.source import Span
from segql.model.instants import Instant, Moment
from segql.model.values import Json, Path, at_path
from segql.model.why import Why
from segql.rules import rule as core
from segql.rules.desugar import desugar
from segql.rules.order import check_references
from segql.rules.reads import reads_of
from segql.store import profiles

SAMPLE: Final = 50
"""Profiles that a preview shows at most."""
_MOVING: Final = 10
"""Of these, so many at most that would enter, and as many that would leave."""
_COLUMNS: Final = 3
_BESIDE: Final = 8
"""Other segments of a text that are counted with the one at the cursor."""

# No segment has such a name: names are not empty, and these hold a NUL.
_NOW, _SAVED = "\0now", "\0saved"


@frozen
class Person:
    """A profile of the sample: whether it would enter, leave, or stay, and its traits."""

    external: str
    change: Literal["enters", "leaves", "stays"]
    cells: tuple[str, ...]


@frozen
class Step:
    """A part of a rule: how many it holds for by itself, how many are left with those before."""

    text: str
    alone: int
    left: int


@frozen
class Beside:
    """Another segment of the text: how many, and against what is saved under its name."""

    name: str
    count: int
    entering: int | None
    leaving: int | None


@frozen
class Preview:
    """What a rule makes of everybody at `now`; change is against the saved rule of that name."""

    count: int
    of: int
    now: Instant
    entering: int | None
    """Would enter if it were saved; None where no rule is saved under the name."""
    leaving: int | None
    columns: tuple[str, ...]
    people: tuple[Person, ...]
    steps: tuple[Step, ...]
    conditions: tuple[tuple[Span, int], ...]
    """For how many each condition and group holds by itself, outer ones first."""
    name: str | None = None
    """What the rule is saved as, or will be; None where that is not known yet."""
    beside: tuple[Beside, ...] = ()
    """Other segments of the text, in its order."""
    beside_left_out: int = 0
    """How many more there are, which are counted once the cursor is in them."""

    def condition_at(self, at: int) -> tuple[Span, int] | None:
        """The innermost condition or group round a place of the text."""
        inside = [one for one in self.conditions if one[0].start <= at <= one[0].end]
        return min(inside, key=lambda one: one[0].end - one[0].start, default=None)


def preview(
    project: Project,
    draft: Draft,
    *,
    name: str | None,
    now: Instant,
    cancelled: Callable[[], bool] | None = None,
) -> Preview:
    """Whom the rule of `draft` holds for; `name` is what a lone rule is saved as, if it is.

    Raises `Refused` for references to unknown segments and for circles, `Cancelled` when
    `cancelled` says so; the draft must have a rule.
    """
    rule = draft.rule
    assert rule is not None, "a draft without a rule has no preview"
    asked = _asked(rule)
    if draft.segment is not None:
        name = draft.segment.name
    rules = _rules(project, draft)
    saved = project.catalog().entries.get(name) if name is not None else None
    if saved is not None and saved.rule is not None:
        asked[_SAVED] = saved.rule
    others = [one for one in draft.segments if one is not draft.segment]
    for place, other in enumerate(others[:_BESIDE]):
        asked[f"\0now{place}"] = desugar(other.rule)
        entry = project.catalog().entries.get(other.name)
        if entry is not None and entry.rule is not None:
            asked[f"\0saved{place}"] = entry.rule
    check_references({**rules, **asked}, manual=project.catalog().manual)
    found = sets.evaluate(
        project.path,
        {**rules, **asked},
        moment=Moment(now, project.zone),
        names=list(asked),
        cancelled=cancelled,
    )
    ids = found.ids(_NOW)
    entering, leaving = _moving(found, _NOW, _SAVED if _SAVED in asked else None)
    columns, people = _sample(project, asked[_NOW], ids, entering, leaving)
    return Preview(
        len(ids),
        found.of,
        now,
        None if entering is None else len(entering),
        None if leaving is None else len(leaving),
        columns,
        people,
        tuple(_steps(draft.text, rule, found)),
        tuple(
            (span, found.count(f"\0node{place}"))
            for place, (_, span) in enumerate(conditions_of(rule))
        ),
        name,
        tuple(
            _beside(found, other.name, place, f"\0saved{place}" in asked)
            for place, other in enumerate(others[:_BESIDE])
        ),
        len(others[_BESIDE:]),
    )


def _moving(found: sets.Result, now: str, saved: str | None) -> tuple[Any, Any]:
    """Who would enter and leave, by internal id; None twice where nothing is saved."""
    if saved is None:
        return None, None
    ids, before = found.ids(now), found.ids(saved)
    entering = np.setdiff1d(ids, before, assume_unique=True)
    return entering, np.setdiff1d(before, ids, assume_unique=True)


def _beside(found: sets.Result, name: str, place: int, is_saved: bool) -> Beside:
    now = f"\0now{place}"
    entering, leaving = _moving(found, now, f"\0saved{place}" if is_saved else None)
    if entering is None:
        return Beside(name, found.count(now), None, None)
    return Beside(name, found.count(now), len(entering), len(leaving))


def count_of(
    project: Project, rule: syntax.Rule, *, now: Instant, cancelled: Callable[[], bool]
) -> tuple[int, int]:
    """For how many, of how many, a condition of a text that is not right yet holds by itself."""
    catalog = project.catalog()
    rules = {**catalog.rules, _NOW: desugar(rule)}
    check_references(rules, manual=catalog.manual)
    found = sets.evaluate(
        project.path,
        rules,
        moment=Moment(now, project.zone),
        names=[_NOW],
        cancelled=cancelled,
    )
    return found.count(_NOW), found.of


def why_in_draft(project: Project, draft: Draft, external: str, *, now: Instant) -> Why:
    """Why the rule of `draft` holds for a profile, or not; `Refused` for an unknown profile."""
    assert draft.rule is not None, "a draft without a rule explains nothing"
    return why_of(project, draft.rule, external, now=now)


def _rules(project: Project, draft: Draft) -> dict[str, core.Rule]:
    """The rules as they would be if all of the draft were saved."""
    return project.catalog().rules | {one.name: desugar(one.rule) for one in draft.segments}


def _asked(rule: syntax.Rule) -> dict[str, core.Rule]:
    """The rule, its steps so far and by themselves, and its conditions; equal ones cost nothing."""
    asked: dict[str, core.Rule] = {_NOW: desugar(rule)}
    parts = [desugar(part) for part in steps_of(rule)]
    for place, part in enumerate(parts):
        asked[f"\0step{place}"] = part
        asked[f"\0left{place}"] = core.AllOf(tuple(parts[: place + 1]))
    for place, (node, _) in enumerate(conditions_of(rule)):
        asked[f"\0node{place}"] = desugar(node)
    return asked


def _steps(text: str, rule: syntax.Rule, found: sets.Result) -> list[Step]:
    return [
        Step(
            "" if part.span is None else line_of(text, part.span),
            found.count(f"\0step{place}"),
            found.count(f"\0left{place}"),
        )
        for place, part in enumerate(steps_of(rule))
    ]


def _sample(
    project: Project, rule: core.Rule, ids: Any, entering: Any, leaving: Any
) -> tuple[tuple[str, ...], tuple[Person, ...]]:
    """Those who would move first, then those who are in, each in the order they came in."""
    changes: dict[int, Literal["enters", "leaves", "stays"]] = {}
    if entering is not None:
        changes |= dict.fromkeys(entering[:_MOVING].tolist(), "enters")
        changes |= dict.fromkeys(leaving[:_MOVING].tolist(), "leaves")
    entered = set() if entering is None else set(entering[: SAMPLE + _MOVING].tolist())
    for one in ids[: SAMPLE + 2 * _MOVING].tolist():
        if len(changes) < SAMPLE:
            changes.setdefault(one, "enters" if one in entered else "stays")
    read = {one: profiles.read(project.connection, one) for one in changes}
    shown = {one: profile for one, profile in read.items() if profile is not None}
    paths = _paths(rule, [profile.traits for profile in shown.values()])
    people = tuple(
        Person(
            profile.external,
            changes[one],
            tuple(_cell(at_path(profile.traits, path)) for path in paths),
        )
        for one, profile in shown.items()
    )
    return tuple(map(write.path, paths)), people


def _paths(rule: core.Rule, traits: Sequence[Mapping[str, Json]]) -> list[Path]:
    """The traits that the rule reads, then the most common ones of the sample."""
    read = sorted(reads_of(rule).traits)
    common = Counter(
        (key,)
        for each in traits
        for key, value in each.items()
        if not isinstance(value, Mapping | list)
    )
    return list(dict.fromkeys([*read, *(path for path, _ in common.most_common())]))[:_COLUMNS]


def _cell(value: Json) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)

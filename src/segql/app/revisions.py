"""Every text that a segment has had: listed, compared by text and members, restored."""

from __future__ import annotations

from difflib import unified_diff
from typing import Final

import numpy as np
from attrs import evolve, frozen

from segql.app.project import Project
from segql.app.segments import Applied, Written, apply, plan
from segql.engines import sets
from segql.language import syntax
from segql.language.files import ParsedFile, parse_file
from segql.language.format import format_file
from segql.model.errors import Refused
from segql.model.instants import Instant, Moment
from segql.rules.desugar import desugar
from segql.rules.order import check_references
from segql.store import profiles, segments
from segql.store.segments import Revision

SAMPLE: Final = 10
"""Profiles that a comparison names on each side."""


@frozen
class Side:
    """Who a rule holds for and the other does not: how many, and the first of them."""

    n: int
    sample: tuple[str, ...]


@frozen
class Compared:
    """Two revisions: lines of a unified diff, and who is in one of them only at one instant."""

    lines: tuple[str, ...]
    first_only: Side
    second_only: Side
    both: int


def revisions_of(project: Project, name: str) -> tuple[Revision, ...]:
    """Every text of the segment, oldest first; raises `Refused` for an unknown one."""
    entry = project.catalog().entry(name)
    return tuple(segments.revisions(project.connection, entry.stored.id))


def newest(project: Project, name: str) -> int:
    """The number of the segment's newest revision; raises `Refused` for an unknown one."""
    return project.catalog().entry(name).stored.revision


def changed_lines(before: Revision | None, after: Revision) -> tuple[int, int]:
    """How many lines a revision added and took away."""
    old = () if before is None else before.text.splitlines()
    lines = list(unified_diff(old, after.text.splitlines(), n=0, lineterm=""))[2:]
    return sum(line[0] == "+" for line in lines), sum(line[0] == "-" for line in lines)


def compare(
    project: Project, first: tuple[str, int], second: tuple[str, int], *, now: Instant
) -> Compared:
    """Compare two revisions, each a segment's name and a number, evaluated for everybody at `now`.

    Segments that they refer to have their newest rules. Raises `Refused` for an unknown segment or
    revision (`unknown-revision`), or one that refers to a segment that is gone.
    """
    for name, _ in (first, second):
        _refuse_list(project, name)
    texts = [_revision(project, *one).text for one in (first, second)]
    labels = [f"{name}@{number}" for name, number in (first, second)]
    before, after = (text.splitlines() for text in texts)
    lines = unified_diff(before, after, labels[0], labels[1], lineterm="")
    catalog = project.catalog()
    rules = [desugar(_parsed(text, label).rule) for text, label in zip(texts, labels, strict=True)]
    # No segment has such a name: names are not empty, and these hold a NUL.
    asked = {"\0first": rules[0], "\0second": rules[1]}
    check_references({**catalog.rules, **asked}, manual=catalog.manual)
    found = sets.evaluate(
        project.path,
        {**catalog.rules, **asked},
        moment=Moment(now, project.zone),
        names=list(asked),
    )
    one, other = (found.ids(name) for name in asked)
    return Compared(
        tuple(lines),
        side_of(project, np.setdiff1d(one, other, assume_unique=True).tolist()),
        side_of(project, np.setdiff1d(other, one, assume_unique=True).tolist()),
        len(np.intersect1d(one, other, assume_unique=True)),
    )


def restore(
    project: Project, name: str, number: int, *, now: Instant, notify: bool = False
) -> Applied:
    """Make a new revision of an old one's text, and evaluate it; the name stays as it is now."""
    old = restorable(project, name, number)
    return apply(project, plan(project, [old]), now=now, notify=notify)


def restorable(project: Project, name: str, number: int) -> Written:
    """An old revision as a text to save; the name is the one of now."""
    _refuse_list(project, name)
    text = _revision(project, name, number).text
    old = _parsed(text, f"{name}@{number}")
    if old.name != name:
        old = evolve(old, name=name)
        text = format_file("", ParsedFile((old,), ()))
    return Written(old, text)


def _refuse_list(project: Project, name: str) -> None:
    if project.catalog().entry(name).is_manual:
        raise Refused(
            f"segment `{name}` is a list: its revisions are descriptions, and no rules",
            code="manual-segment",
            hint="`segql members --at` and `segql changes` say who was on it when",
        )


def _revision(project: Project, name: str, number: int) -> Revision:
    found = revisions_of(project, name)
    for revision in found:
        if revision.number == number:
            return revision
    raise Refused(
        f"segment `{name}` has no revision {number}",
        code="unknown-revision",
        hint=f"it has the revisions 1 to {found[-1].number}",
    )


def _parsed(text: str, label: str) -> syntax.Segment:
    parsed = parse_file(text, label)
    if len(parsed.segments) != 1:
        raise Refused(f"the text of `{label}` cannot be read any more", code="bad-stored-segment")
    return parsed.segments[0]


def side_of(project: Project, ids: list[int]) -> Side:
    """How many profiles, by internal ids, and the names of the first."""
    named = profiles.externals(project.connection, ids[:SAMPLE])
    return Side(len(ids), tuple(named[one] for one in ids[:SAMPLE] if one in named))

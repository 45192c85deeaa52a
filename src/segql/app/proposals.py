"""What saving a text would do: the difference in text and in members, before it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import unified_diff
from typing import Literal

import numpy as np
from attrs import field, frozen

from segql.app.project import Project
from segql.app.revisions import Side, side_of
from segql.app.segments import Change, Written, plan, written_in
from segql.engines import sets
from segql.language.diagnostics import RuleError, has_errors
from segql.language.files import parse_file
from segql.language.format import format_file
from segql.language.source import Source
from segql.model.instants import Instant, Moment
from segql.rules.desugar import desugar
from segql.store import members, segments


@frozen
class Proposed:
    """What would become of one segment. `lines` are those of a unified diff."""

    change: Change
    lines: tuple[str, ...]
    count: int
    entering: Side
    leaving: Side
    meanwhile: tuple[str, ...] = ()
    """The diff of what somebody else changed since the text was opened."""
    clash: Literal["none", "changed", "gone", "taken"] = "none"
    """What somebody else did: changed it since, archived or renamed it, or had its name before."""


@frozen
class Proposal:
    """What saving would do. Give `changes` to `segments.apply`."""

    proposed: tuple[Proposed, ...] = field()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes, those that leave a segment as it is among them."""
        return tuple(one.change for one in self.proposed)

    @property
    def is_nothing(self) -> bool:
        """Whether everything is saved already."""
        return all(one.change.action == "unchanged" for one in self.proposed)


def propose(
    project: Project,
    text: str,
    *,
    opened: Mapping[str, int],
    now: Instant,
    cancelled: Callable[[], bool] | None = None,
) -> Proposal:
    """What saving the file's text `text` would do to the segments in it, at `now`.

    `opened` has the revisions that were opened, by name: others meanwhile are told. Raises
    `RuleError` for a faulty text, `Refused` for unknown segments, circles and manual lists.
    """
    parsed = parse_file(text)
    if has_errors(parsed.diagnostics):
        raise RuleError(parsed.diagnostics, Source(text))
    written = written_in(text, parsed)
    if len(written) == 1:  # then comments above and below it are its own
        written = (Written(written[0].segment, format_file(text, parsed)),)
    changes = plan(project, written)
    asked = [one for one in changes if one.action != "unchanged" and one.written is not None]
    found = _evaluated(project, asked, now, cancelled)
    return Proposal(tuple(_proposed(project, one, found, opened) for one in changes))


def _evaluated(
    project: Project,
    asked: list[Change],
    now: Instant,
    cancelled: Callable[[], bool] | None,
) -> sets.Result | None:
    if not asked:
        return None
    rules = project.catalog().rules
    for one in asked:
        if one.written is not None:
            rules[one.name] = desugar(one.written.segment.rule)
    return sets.evaluate(
        project.path,
        rules,
        moment=Moment(now, project.zone),
        names=[one.name for one in asked],
        cancelled=cancelled,
    )


def _proposed(
    project: Project, change: Change, found: sets.Result | None, opened: Mapping[str, int]
) -> Proposed:
    stored = None if change.stored is None else change.stored.stored
    before = np.zeros(0, np.int64)
    if stored is not None:
        before = np.array(members.ids(project.connection, stored.id), dtype=np.int64)
    after = before
    if found is not None and change.action != "unchanged":
        after = found.ids(change.name)
    return Proposed(
        change,
        _diff("" if stored is None else stored.text, change.written),
        len(after),
        side_of(project, np.setdiff1d(after, before, assume_unique=True).tolist()),
        side_of(project, np.setdiff1d(before, after, assume_unique=True).tolist()),
        _meanwhile(project, change, opened),
        _clash(change, opened),
    )


def _diff(before: str, written: Written | None) -> tuple[str, ...]:
    after = "" if written is None else written.text
    return tuple(unified_diff(before.splitlines(), after.splitlines(), lineterm=""))[2:]


def _clash(
    change: Change, opened: Mapping[str, int]
) -> Literal["none", "changed", "gone", "taken"]:
    known, stored = opened.get(change.name), change.stored
    match known, stored:
        case None, None:
            return "none"
        case None, _:
            return "none" if change.action == "unchanged" else "taken"
        case _, None:
            return "gone"
        case _, _:
            assert stored is not None, "a segment that is stored"
            return "none" if stored.stored.revision == known else "changed"


def _meanwhile(project: Project, change: Change, opened: Mapping[str, int]) -> tuple[str, ...]:
    known = opened.get(change.name)
    if known is None or change.stored is None or change.stored.stored.revision == known:
        return ()
    stored = change.stored.stored
    texts = {one.number: one.text for one in segments.revisions(project.connection, stored.id)}
    old, new = texts.get(known, ""), stored.text
    lines = list(unified_diff(old.splitlines(), new.splitlines(), lineterm=""))[2:]
    return tuple(lines) or (f"revision {known} became {stored.revision}",)

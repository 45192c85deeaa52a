"""What saving a text would do: the difference in text and in members, before it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import unified_diff
from typing import Literal

from attrs import field, frozen

from segql.app.differences import Differences, differences
from segql.app.project import Project
from segql.app.revisions import Side, side_of
from segql.app.segments import Change, Written, plan, written_in
from segql.language.diagnostics import RuleError, has_errors
from segql.language.files import parse_file
from segql.language.format import format_file
from segql.language.source import Source
from segql.model.instants import Instant
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
    found = differences(project, changes, now=now, followed=False, cancelled=cancelled)
    return Proposal(tuple(_proposed(project, one, found, opened) for one in changes))


def _proposed(
    project: Project, change: Change, found: Differences, opened: Mapping[str, int]
) -> Proposed:
    stored = None if change.stored is None else change.stored.stored
    one = found.by_name.get(change.name)
    size = 0 if stored is None else members.count(project.connection, stored.id)
    return Proposed(
        change,
        _diff("" if stored is None else stored.text, change.written),
        size if one is None else one.members,
        side_of(project, [] if one is None else one.entering.tolist()),
        side_of(project, [] if one is None else one.leaving.tolist()),
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

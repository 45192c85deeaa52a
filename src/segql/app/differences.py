"""Who edits would move: everybody evaluated as it would be, held against the members there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from segql.app.project import Project
from segql.app.segments import Change, rules_after
from segql.engines import sets
from segql.model.instants import Instant, Moment
from segql.rules import rule as core
from segql.rules.order import in_order
from segql.rules.reads import segments_of
from segql.store import members, settings


@frozen(eq=False)
class Difference:
    """Who would enter a segment and leave it, by internal id, ascending; and how many stay."""

    entering: NDArray[np.int64]
    leaving: NDArray[np.int64]
    staying: int

    @property
    def members(self) -> int:
        """How many there would be."""
        return self.staying + len(self.entering)


@frozen(eq=False)
class Differences:
    """What edits would do, in order of dependency; segments that they cannot move are left out."""

    moment: Moment
    rules: Mapping[str, core.Rule]
    """The rules by segment, as they would be."""
    by_name: Mapping[str, Difference]


def differences(
    project: Project,
    changes: Sequence[Change],
    *,
    now: Instant,
    followed: bool = True,
    cancelled: Callable[[], bool] | None = None,
) -> Differences:
    """What `changes` would do to members; to those of dependants too where they are `followed`.

    Everybody is evaluated at `now`, or at the project's clock where that is later; nothing is
    stored but derived columns. Raises `Cancelled` when `cancelled` says so.
    """
    moment = Moment(max(now, settings.clock(project.connection)), project.zone)
    rules = rules_after(project.catalog(), changes)
    edited = {one.name for one in changes if one.evaluate}
    reached: dict[str, None] = {}
    for name in in_order(rules):
        if name in edited or (followed and not reached.keys().isdisjoint(segments_of(rules[name]))):
            reached[name] = None
    found: dict[str, Difference] = {}
    if reached:
        result = sets.evaluate(
            project.path, rules, moment=moment, names=list(reached), cancelled=cancelled
        )
        for name in reached:
            found[name] = _difference(current(project, name), result.ids(name).astype(np.int64))
    for change in changes:
        if change.action == "archive":
            found[change.name] = _difference(current(project, change.name), np.zeros(0, np.int64))
    return Differences(moment, rules, found)


def current(project: Project, name: str) -> NDArray[np.int64]:
    """The members of a segment, by internal id, ascending; nobody where there is no such one."""
    entry = project.catalog().entries.get(name)
    ids = [] if entry is None else members.ids(project.connection, entry.stored.id)
    return np.array(ids, dtype=np.int64)


def _difference(before: NDArray[np.int64], after: NDArray[np.int64]) -> Difference:
    leaving = np.setdiff1d(before, after, assume_unique=True)
    entering = np.setdiff1d(after, before, assume_unique=True)
    return Difference(entering, leaving, len(before) - len(leaving))

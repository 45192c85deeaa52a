"""One write transaction: who is in which segment among the profiles that it touches, at one moment.

A call's transaction goes through three steps. `bring_up_to_date` makes every stored profile what it
should have been before the call. Then the data are written, and for each call `affect` says what it
changed. `settle` re-checks just the rules that read that, in order of dependency, and writes the
flips: the difference between before and after the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

from attrs import frozen

from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.predicates import Predicate
from segql.membership.affected import Affected, affected_in
from segql.membership.application import cause_id
from segql.membership.catalog import Catalog, Entry
from segql.model.errors import Broken, Busy
from segql.model.flips import Cause, Flip
from segql.model.instants import Moment
from segql.store import followups, members, profiles, runs, settings
from segql.store.driver import Connection
from segql.store.facts import StoredFacts, facts_of


@frozen
class Reason:
    """Why a profile is re-checked; the flips are silent where they are no news."""

    cause: Cause
    cause_id: int | None
    silent: bool = False


Reasons: TypeAlias = dict[int, Reason]
"""Rules to re-check, by place, and why."""

_ENTRIES_ALONE: Final = frozenset({Cause.MERGE})
"""Causes by which only entries are news."""


class Sitting:
    """Membership inside one write transaction, at one moment, as the change of one number."""

    def __init__(
        self, connection: Connection, catalog: Catalog, moment: Moment, change: int
    ) -> None:
        """`moment` must not be before the project's clock."""
        self.connection = connection
        self.catalog = catalog
        self.moment = moment
        self.change = change
        self.due = runs.due(connection)
        self.flips: list[Flip] = []
        """What was found and is not written yet."""
        self._pending: dict[int, Reasons] = {}
        self._inside: dict[int, set[int]] = {}
        self._facts: dict[int, StoredFacts | None] = {}
        self._bound: dict[int, Predicate[Facts] | None] = {}

    def affect(self, profile: int, affected: Affected, reason: Reason) -> None:
        """Have what reads `affected` re-checked for a profile, by internal id."""
        self._facts.pop(profile, None)
        reasons = self._pending.setdefault(profile, {})
        for place in self.catalog.readers.of_affected(affected):
            reasons[place] = reason

    def settle(self) -> None:
        """Re-check everything that was affected, and write the flips."""
        pending, self._pending = self._pending, {}
        self._load(pending)
        for profile, reasons in pending.items():
            self.check(profile, reasons)
        if self.due:
            profiles.mark_reached(self.connection, pending, change=self.change)
        self.write()

    def write(self) -> None:
        """Write the flips found so far."""
        members.write(self.connection, self.flips)
        self.flips = []

    def check(self, profile: int, reasons: Reasons) -> None:
        """Bring a profile's membership in line with rules, and with those that follow a flip."""
        inside = self.segments_of(profile)
        facts = self._facts_of(profile)
        waiting = list(reasons)
        heapify(waiting)
        while waiting:
            place = heappop(waiting)
            entry = self.catalog.order[place]
            holds = self._holds(place, entry, facts)
            segment = entry.stored.id
            if holds is None or holds == (segment in inside):
                continue
            reason = reasons[place]
            self._flip(profile, segment, reason, enters=holds)
            for follower in self.catalog.followers[place]:
                if follower not in reasons:
                    reasons[follower] = reason
                    heappush(waiting, follower)

    def leave_all(self, profile: int, reason: Reason) -> None:
        """Have a profile leave every segment, manual ones too, and forget what affected it."""
        self._pending.pop(profile, None)
        for segment in sorted(self.segments_of(profile)):
            self._flip(profile, segment, reason, enters=False)

    def hand_over(self, absorbed: int, survivor: int) -> None:
        """Have one profile take the place of another in every segment, the earlier entry kept."""
        self.write()
        self._pending.pop(absorbed, None)
        self._inside.pop(survivor, None)
        self._inside.pop(absorbed, None)
        members.hand_over(
            self.connection, absorbed, survivor, at=self.moment.now, cause_id=self.change
        )

    def segments_of(self, profile: int) -> set[int]:
        """The ids of the segments that a profile is in, as far as is known by now."""
        self._load((profile,))
        return self._inside[profile]

    def _load(self, wanted: Iterable[int]) -> None:
        missing = [profile for profile in wanted if profile not in self._inside]
        if missing:
            self._inside.update(members.segments_of(self.connection, missing))

    def _flip(self, profile: int, segment: int, reason: Reason, *, enters: bool) -> None:
        inside = self._inside[profile]
        (inside.add if enters else inside.discard)(segment)
        silent = reason.silent or (not enters and reason.cause in _ENTRIES_ALONE)
        at, cause, cause_id = self.moment.now, reason.cause, reason.cause_id
        self.flips.append(Flip(segment, profile, enters, at, cause, cause_id, silent))

    def _facts_of(self, profile: int) -> StoredFacts | None:
        if profile not in self._facts:
            found = facts_of(self.connection, profile, in_segment=self._in_segment)
            self._facts[profile] = found
        return self._facts[profile]

    def _in_segment(self, facts: StoredFacts, name: str) -> bool:
        return self.catalog.entry(name).stored.id in self.segments_of(facts.profile)

    def _holds(self, place: int, entry: Entry, facts: StoredFacts | None) -> bool | None:
        """Whether the rule holds; None where it cannot be asked, which stops no other."""
        if place not in self._bound:
            compiled = None if entry.error else entry.compiled
            self._bound[place] = None if compiled is None else compiled.at(self.moment)
        predicate = self._bound[place]
        if predicate is None:
            return None
        if facts is None:
            return False
        try:
            return predicate(facts)
        except (Busy, Broken):
            raise
        except Exception as error:  # one rule must not stop the data and all the others
            self._bound[place] = None
            self._quarantine(entry, error)
            return None

    def _quarantine(self, entry: Entry, error: Exception) -> None:
        runs.fail(self.connection, entry.stored.id, f"{type(error).__name__}: {error}")
        settings.take(self.connection, settings.Counter.CATALOG)


def bring_up_to_date(sitting: Sitting, wanted: Collection[int]) -> None:
    """Make each profile, by internal id, what it should have been before this transaction.

    First the definitions and imports that have not reached it, then what was said of its account.
    Data of the transaction must not be written yet.
    """
    if not wanted:
        return
    if sitting.due:
        _apply_due(sitting, wanted)
    for profile, ahead in followups.ahead_of(sitting.connection, wanted).items():
        reason = Reason(Cause.ACCOUNT, ahead.change)
        places = sitting.catalog.readers.of_affected(affected_in(ahead.affected))
        sitting.check(profile, dict.fromkeys(places, reason))


def _apply_due(sitting: Sitting, wanted: Collection[int]) -> None:
    places = sitting.catalog.places
    due = [
        (places[segment], one, _reason(sitting.catalog.order[places[segment]], one))
        for segment, one in sitting.due.items()
    ]
    for profile, reached in profiles.reached(sitting.connection, wanted).items():
        reasons = {
            place: reason
            for place, one, reason in due
            if one.cursor < profile and reached < one.change
        }
        if reasons:
            sitting.check(profile, reasons)


def _reason(entry: Entry, due: runs.Due) -> Reason:
    return Reason(Cause(due.cause), cause_id(entry, due), silent=True)


def begin(
    connection: Connection, catalog: Catalog, moment: Moment, *, change: int | None = None
) -> Sitting:
    """A sitting in the open write transaction, at `moment` or, where that is later, the clock."""
    now = settings.advance_clock(connection, moment.now)
    number = settings.take(connection, settings.Counter.CHANGE) if change is None else change
    return Sitting(connection, catalog, Moment(now, moment.zone), number)

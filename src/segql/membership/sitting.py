"""One write transaction: who is in which segment among the profiles that it touches, at one moment.

A call's transaction goes through three steps. `bring_up_to_date` makes every stored profile what it
should have been before the call. Then the data are written, and for each call `affect` says what it
changed. `settle` re-checks just the rules that read that, in order of dependency, and writes the
flips: the difference between before and after the transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from heapq import heappop, heappush
from typing import Final

from attrs import frozen

from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.predicates import Predicate
from segql.membership import firing
from segql.membership.affected import Affected
from segql.membership.application import cause_id
from segql.membership.catalog import Catalog, Entry
from segql.model.errors import Broken, Busy
from segql.model.flips import Cause, Flip
from segql.model.instants import Moment
from segql.store import followups, members, outbox, profiles, runs, settings
from segql.store.driver import Connection, DriverError
from segql.store.facts import StoredFacts, facts_of


@frozen
class Reason:
    """Why a profile is re-checked; the flips are silent where they are no news."""

    cause: Cause
    cause_id: int | None
    silent: bool = False


FEW: Final = 50
"""Profiles of an account that follow in the transaction that changed it."""
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
        self._waiting: dict[tuple[int, int], Reason] = {}
        """Rules, by place, to be asked about profiles."""
        self._order: list[tuple[int, int]] = []
        """Those, and some that were taken away, as a heap: in order of dependency."""
        self._inside: dict[int, set[int]] = {}
        self._facts: dict[int, StoredFacts | None] = {}
        self._bound: dict[int, Predicate[Facts] | None] = {}
        self._accounts: dict[int, int | None] = {}
        """The accounts that profiles had before the transaction, where that matters."""
        self.reached: set[int] = set()
        """Profiles that are up to date when the transaction ends, where something is due."""

    def affect(self, profile: int, affected: Affected, reason: Reason) -> None:
        """Have what reads `affected` re-checked for a profile, by internal id, and teammates."""
        self._facts.pop(profile, None)
        self.recheck(profile, self.catalog.readers.of_affected(affected), reason)
        if self.catalog.reads_teammates:
            self._facts.clear()
            readers = self.catalog.team_readers
            moved = affected.everything or "account" in affected.fields
            places = readers.all if moved else readers.of_affected(affected)
            self._affect_team(profile, places, reason)

    def recheck(self, profile: int, places: Iterable[int], reason: Reason) -> None:
        """Have rules, by place, asked about a profile."""
        for place in places:
            asked = place, profile
            if asked not in self._waiting:
                heappush(self._order, asked)
            self._waiting[asked] = reason

    def affect_account(self, account: int, places: Collection[int], reason: Reason) -> None:
        """Have rules asked about the profiles of an account, by internal id.

        Where there are many, they follow in transactions of their own (`accounts`).
        """
        members = few_members(self.connection, account)
        if members is None:
            segments = {self.catalog.order[place].stored.id for place in places}
            followups.add(self.connection, account, segments, change=self.change)
            return
        for profile in members:
            self._facts.pop(profile, None)
            others = [place for place in places if (place, profile) not in self._waiting]
            self.recheck(profile, others, reason)

    def remember_accounts(self, wanted: Iterable[int]) -> None:
        """Know later which accounts profiles have now, whatever becomes of them."""
        if self.catalog.reads_teammates:
            self._accounts.update(profiles.accounts_of(self.connection, wanted))

    def _affect_team(self, profile: int, places: Collection[int], reason: Reason) -> None:
        if places:
            theirs = reason if reason.silent else Reason(Cause.TEAMMATE, self.change)
            now = profiles.accounts_of(self.connection, (profile,)).get(profile)
            for account in {now, self._accounts.get(profile)} - {None}:
                assert account is not None, "None was taken away"
                self.affect_account(account, places, theirs)

    def settle(self) -> None:
        """Ask everything that waits, write the flips, and say whom the transaction reached."""
        self.reached.update(profile for _, profile in self._waiting)
        self.ask()
        if self.due:
            profiles.mark_reached(self.connection, self.reached, change=self.change)
        self.write()

    def write(self) -> None:
        """Write the flips found so far."""
        firing.write(self.connection, self.catalog.lines, self.flips, self.moment.zone)
        self.flips = []

    def ask(self) -> None:
        """Ask everything that waits: rule by rule, in order of dependency, and what follows."""
        self._load({profile for _, profile in self._waiting})
        while self._order:
            place, profile = heappop(self._order)
            reason = self._waiting.pop((place, profile), None)
            if reason is None:
                continue
            entry = self.catalog.order[place]
            holds = self._holds(place, entry, profile)
            if holds is None or holds == (entry.stored.id in self.segments_of(profile)):
                continue
            self.flip(profile, place, reason, enters=holds)

    def flip(self, profile: int, place: int, reason: Reason, *, enters: bool) -> None:
        """Put a profile into a segment, by place, or out of it, and have what reads it asked."""
        self._flip(profile, self.catalog.order[place].stored.id, reason, enters=enters)
        followers = self.catalog.followers[place]
        waiting = self._waiting
        self.recheck(profile, [f for f in followers if (f, profile) not in waiting], reason)
        self._affect_team(profile, self.catalog.team_followers[place], reason)

    def leave_all(self, profile: int, reason: Reason) -> None:
        """Have a profile leave every segment, manual ones too, and have nothing told of it."""
        self.write()
        self._forget(profile)
        for segment in sorted(self.segments_of(profile)):
            self._flip(profile, segment, reason, enters=False)
        self.write()
        outbox.drop(self.connection, profile)

    def hand_over(self, absorbed: int, survivor: int) -> None:
        """Have one profile take the place of another in every segment, the earlier entry kept."""
        self.write()
        self._forget(absorbed)
        self._inside.pop(survivor, None)
        self._inside.pop(absorbed, None)
        firing.hand_over(
            self.connection,
            self.catalog.lines,
            absorbed,
            survivor,
            at=self.moment.now,
            cause_id=self.change,
            zone=self.moment.zone,
        )

    def _forget(self, profile: int) -> None:
        for asked in [asked for asked in self._waiting if asked[1] == profile]:
            del self._waiting[asked]
        if self.catalog.reads_teammates:
            self._facts.clear()
            reason = Reason(Cause.TEAMMATE, self.change)
            self._affect_team(profile, self.catalog.team_readers.all, reason)
            for asked in [asked for asked in self._waiting if asked[1] == profile]:
                del self._waiting[asked]

    def segments_of(self, profile: int) -> set[int]:
        """The ids of the segments that a profile is in, as far as is known by now."""
        inside = self._inside.get(profile)
        if inside is None:
            self._load((profile,))
            inside = self._inside[profile]
        return inside

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

    def _holds(self, place: int, entry: Entry, profile: int) -> bool | None:
        """Whether the rule holds; None where it cannot be asked, which stops no other."""
        if place not in self._bound:
            compiled = None if entry.error else entry.compiled
            self._bound[place] = None if compiled is None else compiled.at(self.moment)
        predicate = self._bound[place]
        if predicate is None:
            return None
        facts = self._facts_of(profile)
        if facts is None:
            return False
        try:
            return predicate(facts)
        except (Busy, Broken, DriverError):
            raise
        except Exception as error:  # one rule must not stop the data and all the others
            self._bound[place] = None
            self._quarantine(entry, error)
            return None

    def _quarantine(self, entry: Entry, error: Exception) -> None:
        runs.fail(self.connection, entry.stored.id, f"{type(error).__name__}: {error}")
        settings.take(self.connection, settings.Counter.CATALOG)


def few_members(connection: Connection, account: int) -> Sequence[int] | None:
    """The profiles of an account, by internal id, or None when they are more than `FEW`."""
    found = profiles.of_account(connection, account, limit=FEW + 1)
    return found if len(found) <= FEW else None


def bring_up_to_date(sitting: Sitting, wanted: Collection[int]) -> None:
    """Make each profile, by internal id, what it should have been before this transaction.

    First the definitions and imports that have not reached it, then what was said of its account.
    Data of the transaction must not be written yet.
    """
    if not wanted:
        return
    if sitting.due:
        _apply_due(sitting, wanted)
    order, places = sitting.catalog.order, sitting.catalog.places
    for profile, ahead in followups.ahead_of(sitting.connection, wanted).items():
        found = [places[segment] for segment in ahead.segments if segment in places]
        kept = [place for place in found if not order[place].error]
        sitting.recheck(profile, kept, Reason(Cause.ACCOUNT, ahead.change))
    sitting.ask()


def _apply_due(sitting: Sitting, wanted: Collection[int]) -> None:
    places = sitting.catalog.places
    due = [
        (places[segment], one, _reason(sitting.catalog.order[places[segment]], one))
        for segment, one in sitting.due.items()
        if segment in places
    ]
    for profile, reached in profiles.reached(sitting.connection, wanted).items():
        for place, one, reason in due:
            if one.cursor < profile and reached < one.change:
                sitting.recheck(profile, (place,), reason)
    sitting.ask()
    sitting.reached.update(wanted)


def _reason(entry: Entry, due: runs.Due) -> Reason:
    return Reason(Cause(due.cause), cause_id(entry, due), silent=not due.tells)


def begin(
    connection: Connection, catalog: Catalog, moment: Moment, *, change: int | None = None
) -> Sitting:
    """A sitting in the open write transaction, at `moment` or, where that is later, the clock."""
    now = settings.advance_clock(connection, moment.now)
    number = settings.take(connection, settings.Counter.CHANGE) if change is None else change
    return Sitting(connection, catalog, Moment(now, moment.zone), number)

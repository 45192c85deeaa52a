"""One write transaction: who is in which segment among the profiles that it touches, at one moment.

A call's transaction goes through three steps. `arrears.bring_up_to_date` makes every stored profile
what it should have been before the call. Then the data are written, and for each call `affect` says
what it changed. `settle` re-checks just the rules that read that, in order of dependency, and
writes the flips: the difference between before and after the transaction. Wherever a rule is asked,
the next time edge of its verdict is written down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from segql.engines.interpreter.edges import spell
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.predicates import Predicate
from segql.membership import firing
from segql.membership.affected import Affected
from segql.membership.catalog import Catalog, Entry
from segql.membership.questions import Asked, Questions, Reason
from segql.membership.reach import Reach
from segql.membership.teams import Teams
from segql.model.crossings import NEVER
from segql.model.errors import Broken, Busy
from segql.model.fields import EVENT_FIELDS
from segql.model.flips import Cause, Flip
from segql.model.instants import Instant, Moment
from segql.store import agenda, outbox, runs, settings
from segql.store.driver import Connection, DriverError
from segql.store.facts import StoredFacts
from segql.store.inside import among, segments_of

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
        self.reach = Reach(connection)
        self.flips: list[Flip] = []
        """What was found and is not written yet."""
        self.edges: list[agenda.Row] = []
        """The time edges that are ahead, up to `look_until`, and not written yet."""
        self.look_until = agenda.until(connection)
        self.is_passing = False
        """Whether what flips now does so by time alone."""
        self.teams = Teams(connection)
        self._questions = Questions()
        self._selecting = catalog.selection.at(moment)
        self._inside: dict[Asked, bool] = {}
        """Which profiles are known to be in which segments, and which not."""
        self._facts: dict[int, StoredFacts] = {}
        self._bound: dict[int, Predicate[Facts] | None] = {}

    def affect_by_event(
        self, profile: int, name: str, properties: str | None, reason: Reason
    ) -> None:
        """Have re-checked what one more event of a stored profile, by internal id, can change.

        `properties` are JSON text.
        """
        self._facts.pop(profile, None)
        places = self._selecting.places(name, properties)
        self._questions.add_by_event(profile, places, reason)
        if self.catalog.reads_teammates:
            self._facts.clear()
            affected = Affected(events=frozenset({name}), fields=EVENT_FIELDS)
            places = self.catalog.team_readers.of_affected(affected)
            self._affect_team(profile, places, reason)

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
        self._questions.add(profile, places, reason)

    def move_to(self, instant: Instant) -> None:
        """Go on at another instant; nothing must wait."""
        if instant != self.moment.now:
            self.moment = Moment(instant, self.moment.zone)
            self._selecting = self.catalog.selection.at(self.moment)
            self._bound.clear()

    def affect_account(self, account: int, places: Collection[int], reason: Reason) -> None:
        """Have rules asked about the profiles of an account, by internal id.

        Where there are many, they follow in transactions of their own (`accounts`), as of the
        instant at hand.
        """
        members = self.teams.following_now(account)
        if members is None:
            segments = [self.catalog.order[place].stored.id for place in places]
            self.teams.ask_later(account, self.moment.now, segments, reason)
            return
        for profile in members:
            self._facts.pop(profile, None)
            self._questions.add_others(profile, places, reason)

    def remember_accounts(self, wanted: Iterable[int]) -> None:
        """Know later which accounts profiles have now, whatever becomes of them."""
        if self.catalog.reads_teammates:
            self.teams.remember(wanted)

    def _affect_team(self, profile: int, places: Collection[int], reason: Reason) -> None:
        if places:
            follows = reason.silent or self.is_passing
            theirs = reason if follows else Reason(Cause.TEAMMATE, self.change)
            for account in self.teams.of(profile):
                self.affect_account(account, places, theirs)

    def settle(self) -> None:
        """Ask everything that waits, write the flips, and say whom the transaction reached."""
        self.reach.bring(profile for _, profile in self._questions)
        self.ask()
        self.reach.write(change=self.change)
        self.write()

    def write(self) -> None:
        """Write the flips found so far, the time edges ahead, and what is asked later."""
        firing.write(self.connection, self.catalog.lines, self.flips, self.moment.zone)
        self.flips = []
        if self.edges:
            agenda.add(self.connection, self.edges)
            self.edges = []
        self.teams.write()

    def ask(self) -> None:
        """Ask everything that waits: rule by rule, in order of dependency, and what follows.

        But of a segment that has still to reach a profile: that is not asked about it before.
        """
        self._load(self._questions)
        inside, turning = self._inside, self.catalog.turning
        self._questions.drop_idle(lambda asked: not turning[asked[0]][inside[asked]])
        for (place, profile), reason in self._questions.taken():
            entry = self.catalog.order[place]
            if not self.reach.has(entry.stored.id, profile):
                continue
            holds = self._holds(place, entry, profile)
            if holds is not None and holds != self.is_inside(place, profile):
                self.flip(profile, place, reason, enters=holds)

    def flip(self, profile: int, place: int, reason: Reason, *, enters: bool) -> None:
        """Put a profile into a segment, by place, or out of it, and have what reads it asked."""
        self._flip(profile, self.catalog.order[place].stored.id, reason, enters=enters)
        self._inside[place, profile] = enters
        followers: Sequence[int] = self.catalog.followers[place]
        if self.teams.following is not None:
            # What looks at teammates is asked once they all have their part in it.
            later = self.catalog.together.intersection(followers)
            followers = [other for other in followers if other not in later]
            if later:
                self.affect_account(self.teams.following, later, reason)
        self._questions.add_others(profile, followers, reason)
        self._affect_team(profile, self.catalog.team_followers[place], reason)

    def leave_all(self, profile: int, reason: Reason) -> None:
        """Have a profile leave every segment, manual ones too, and have nothing told of it."""
        self.write()
        self._forget(profile)
        self._inside.clear()
        for segment in sorted(segments_of(self.connection, (profile,))[profile]):
            self._flip(profile, segment, reason, enters=False)
        self.write()
        outbox.drop(self.connection, profile)

    def hand_over(self, absorbed: int, survivor: int) -> None:
        """Have one profile take the place of another in every segment, the earlier entry kept."""
        self.write()
        self._forget(absorbed)
        self._inside.clear()
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
        self._questions.forget(profile)
        if self.catalog.reads_teammates:
            self._facts.clear()
            reason = Reason(Cause.TEAMMATE, self.change)
            self._affect_team(profile, self.catalog.team_readers.all, reason)
            self._questions.forget(profile)

    def is_inside(self, place: int, profile: int) -> bool:
        """Whether a profile is in the segment at a place, as far as is known by now."""
        asked = place, profile
        if asked not in self._inside:
            self._load((asked,))
        return self._inside[asked]

    def _load(self, wanted: Iterable[Asked]) -> None:
        inside, order = self._inside, self.catalog.order
        missing = [asked for asked in wanted if asked not in inside]
        if missing:
            pairs = [(order[place].stored.id, profile) for place, profile in missing]
            found = among(self.connection, pairs)
            inside.update((asked, number in found) for number, asked in enumerate(missing))

    def _flip(self, profile: int, segment: int, reason: Reason, *, enters: bool) -> None:
        silent = reason.silent or (not enters and reason.cause in _ENTRIES_ALONE)
        at, cause, cause_id = self.moment.now, reason.cause, reason.cause_id
        self.flips.append(Flip(segment, profile, enters, at, cause, cause_id, silent))

    def facts_of(self, profile: int) -> StoredFacts:
        """What is known of a profile, which must exist."""
        found = self._facts.get(profile)
        if found is None:
            found = StoredFacts(self.connection, profile, self._in_segment)
            self._facts[profile] = found
        return found

    def _in_segment(self, facts: StoredFacts, name: str) -> bool:
        return self.is_inside(
            self.catalog.places[self.catalog.entry(name).stored.id], facts.profile
        )

    def _holds(self, place: int, entry: Entry, profile: int) -> bool | None:
        """Whether the rule holds; None where it cannot be asked, which stops no other."""
        if place not in self._bound:
            compiled = None if entry.error else entry.compiled
            self._bound[place] = None if compiled is None else compiled.at(self.moment)
        predicate = self._bound[place]
        if predicate is None:
            return None
        try:
            facts = self.facts_of(profile)
            holds = predicate(facts)
            self._look_ahead(entry, facts)
            return holds
        except (Busy, Broken, DriverError):
            raise
        except Exception as error:  # one rule must not stop the data and all the others
            self._bound[place] = None
            self._quarantine(entry, error)
            return None

    def _look_ahead(self, entry: Entry, facts: StoredFacts) -> None:
        """Note when time alone may change the verdict for the first time."""
        rule, moment = entry.rule, self.moment
        # Nobody looks for the edges of a segment that is due: each has to lead to the next.
        look_until = NEVER - 1 if entry.stored.id in self.reach.due else self.look_until
        if rule is None or moment.now >= look_until:
            return
        if entry.is_timed or facts.begins_after(moment.now) is not None:
            end = spell(rule, facts, moment)[1]
            if end <= look_until:
                self.edges.append((end, entry.stored.id, facts.profile))

    def _quarantine(self, entry: Entry, error: Exception) -> None:
        runs.fail(self.connection, entry.stored.id, f"{type(error).__name__}: {error}")
        settings.take(self.connection, settings.Counter.CATALOG)


def begin(
    connection: Connection, catalog: Catalog, moment: Moment, *, change: int | None = None
) -> Sitting:
    """A sitting in the open write transaction, at `moment` or, where that is later, the clock."""
    now = settings.advance_clock(connection, moment.now)
    number = settings.take(connection, settings.Counter.CHANGE) if change is None else change
    return Sitting(connection, catalog, Moment(now, moment.zone), number)

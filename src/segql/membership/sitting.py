"""One write transaction: who is in which segment among the profiles that it touches, at one moment.

A call's transaction goes through three steps. `arrears.bring_up_to_date` makes every stored profile
what it should have been before the call. Then the data are written, and for each call `affect` says
what it changed. `settle` re-checks just the rules that read that, in order of dependency, and
writes the flips: the difference between before and after the transaction. Wherever a rule is asked,
the next time edge of its verdict is written down.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from segql.membership import firing, teams
from segql.membership.affected import Affected
from segql.membership.asking import Asking
from segql.membership.catalog import Catalog
from segql.membership.questions import Asked, Questions, Reason
from segql.membership.reach import Reach
from segql.model.crossings import NEVER
from segql.model.fields import EVENT_FIELDS
from segql.model.flips import Cause, Flip
from segql.model.instants import Instant, Moment
from segql.model.values import Json
from segql.rules import reads
from segql.store import agenda, outbox, settings
from segql.store.driver import Connection
from segql.store.facts import StoredFacts, facts_of_many
from segql.store.inside import among, segments_of
from segql.store.teammates import Teams

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
        self.edges: list[agenda.Edge] = []
        """The time edges that are ahead, up to `look_until`, and not written yet."""
        self.look_until = agenda.until(connection)
        self.is_passing = False
        """Whether what flips now does so by time alone."""
        self.teams = teams.Teams(connection)
        self._questions = Questions()
        self._selecting = catalog.selection.at(moment)
        self._foreseen: dict[Asked, bool] = {}
        """What waiting questions will find, where that is known."""
        self._last_flip = settings.counted(connection, settings.Counter.FLIP)
        """The last flip, as far as this transaction knows."""
        self._inside = catalog.insiders.taken(self._last_flip)
        """Which profiles are known to be in which segments, by place, and which not."""
        self._facts: dict[int, StoredFacts] = {}
        self._mates = Teams[StoredFacts]()
        self._asking: Asking | None = None

    def affect_by_event(
        self, profile: int, name: str, properties: Mapping[str, Json], reason: Reason
    ) -> None:
        """Have re-checked what one more event of a stored profile, by internal id, can change."""
        self._facts.pop(profile, None)
        places = self._selecting.places(name, properties)
        self._questions.add_by_event(profile, self.put_off(profile, places, reason), reason)
        if self.catalog.reads_teammates:
            self.forget_facts()
            affected = Affected(events=frozenset({name}), fields=EVENT_FIELDS)
            places = self.catalog.team_readers.of_affected(affected)
            self._affect_team(profile, places, reason)

    def affect(self, profile: int, affected: Affected, reason: Reason) -> None:
        """Have what reads `affected` re-checked for a profile, by internal id, and teammates."""
        self._facts.pop(profile, None)
        places = self.catalog.readers.of_affected(affected)
        self.recheck(profile, self.put_off(profile, places, reason), reason)
        if self.catalog.reads_teammates:
            self.forget_facts()
            readers = self.catalog.team_readers
            moved = affected.everything or "account" in affected.fields
            places = readers.all if moved else readers.of_affected(affected)
            self._affect_team(profile, places, reason)

    def recheck(self, profile: int, places: Iterable[int], reason: Reason) -> None:
        """Have rules, by place, asked about a profile."""
        self._questions.add(profile, places, reason)

    def expect(self, profile: int, place: int, reason: Reason, *, holds: bool) -> None:
        """Have a rule, by place, count as asked about a profile: what it says is known."""
        self._foreseen[place, profile] = holds
        self._questions.add(profile, (place,), reason)

    def move_to(self, instant: Instant) -> None:
        """Go on at another instant; nothing must wait."""
        if instant != self.moment.now:
            self.moment = Moment(instant, self.moment.zone)
            self._selecting = self.catalog.selection.at(self.moment)
            self._asking = None

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

    def put_off(self, profile: int, places: Collection[int], reason: Reason) -> Collection[int]:
        """Of rules, by place, those asked now; everybody of many teammates is asked the others."""
        later = self.catalog.together.intersection(places) if self.catalog.reads_teammates else ()
        account = self.teams.many_of(profile) if later else None
        if account is None:
            return places
        theirs = reason if self.teams.following else self._of_teammates(reason)
        self.affect_account(account, later, theirs)
        return [place for place in places if place not in later]

    def _affect_team(self, profile: int, places: Collection[int], reason: Reason) -> None:
        if places:
            for account in self.teams.of(profile):
                self.affect_account(account, places, self._of_teammates(reason))

    def _of_teammates(self, reason: Reason) -> Reason:
        silent = reason.silent or self.is_passing
        return reason if silent else Reason(Cause.TEAMMATE, self.change)

    def settle(self) -> None:
        """Ask everything that waits, write the flips, and say whom the transaction reached."""
        self.reach.bring(profile for _, profile in self._questions)
        self.ask()
        self.reach.write(change=self.change)
        self.write()
        self._keep_inside()
        self.forget_facts()  # they ask this sitting, a cycle that would wait to be found

    def _keep_inside(self) -> None:
        """Keep who is in which segments for the next transaction, unless others flipped, too."""
        if settings.counted(self.connection, settings.Counter.FLIP) == self._last_flip:
            self.catalog.insiders.give(self._inside, self._last_flip)
        self._inside = {}

    def write(self) -> None:
        """Write the flips found so far, the time edges ahead, and what is asked later."""
        firing.write(self.connection, self.catalog.lines, self.flips, self.moment.zone)
        self._last_flip += len(self.flips)
        self.flips = []
        if self.edges:
            agenda.add(self.connection, self.edges)
            self.edges = []
        self.teams.write()

    def ask(self) -> None:
        """Ask everything that waits: rule by rule, in order of dependency, and what follows.

        But of a segment that has still to reach a profile: that is not asked about it before.
        """
        self.look_inside(self._questions)
        self._questions.drop_idle(self._inside, self.catalog.turning)
        self.read_facts(asked[1] for asked in self._questions if asked not in self._foreseen)
        for (place, profile), reason in self._questions.taken():
            holds = self._foreseen.pop((place, profile), None)
            if holds is not None:
                self.find(place, profile, reason, holds=holds)
            elif self.reach.has(self.catalog.ids[place], profile):
                self._ask(place, profile, reason)

    def _ask(self, place: int, profile: int, reason: Reason) -> None:
        segment = self.catalog.ids[place]
        # Nobody looks for the edges of a segment that is due: each has to lead to the next.
        until = NEVER - 1 if segment in self.reach.due else self.look_until
        if self._asking is None:
            self._asking = Asking(self.connection, self.catalog, self.moment)
        found = self._asking.of(place, self.facts_of(profile), until=until)
        if found is not None:
            holds, end = found
            if end <= until:
                self.edges.append((end, segment, profile))
            self.find(place, profile, reason, holds=holds)

    def find(self, place: int, profile: int, reason: Reason, *, holds: bool) -> None:
        """Flip where a rule, by place, is found to say something else of a profile than before."""
        if holds != self.is_inside(place, profile):
            self.flip(profile, place, reason, enters=holds)

    def flip(self, profile: int, place: int, reason: Reason, *, enters: bool) -> None:
        """Put a profile into a segment, by place, or out of it, and have what reads it asked."""
        self._flip(profile, self.catalog.ids[place], reason, enters=enters)
        self._inside[place, profile] = enters
        if self.catalog.team_followers[place]:
            name = self.catalog.order[place].name
            self._mates.forget(lambda key: name in reads.segments_of(key[0].part))
        followers = self.put_off(profile, self.catalog.followers[place], reason)
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
            self.forget_facts()
            reason = Reason(Cause.TEAMMATE, self.change)
            self._affect_team(profile, self.catalog.team_readers.all, reason)
            self._questions.forget(profile)

    def is_inside(self, place: int, profile: int) -> bool:
        """Whether a profile is in the segment at a place, as far as is known by now."""
        asked = place, profile
        if asked not in self._inside:
            self.look_inside((asked,))
        return self._inside[asked]

    def look_inside(self, wanted: Iterable[Asked]) -> None:
        """Find out together who is in which segments, by place, as far as that is not known."""
        inside, ids = self._inside, self.catalog.ids
        missing = [asked for asked in wanted if asked not in inside]
        if missing:
            pairs = [(ids[place], profile) for place, profile in missing]
            inside.update(dict.fromkeys(missing, False))
            for number in among(self.connection, pairs):
                inside[missing[number]] = True

    def _flip(self, profile: int, segment: int, reason: Reason, *, enters: bool) -> None:
        silent = reason.silent or (not enters and reason.cause in _ENTRIES_ALONE)
        at, cause, cause_id = self.moment.now, reason.cause, reason.cause_id
        self.flips.append(Flip(segment, profile, enters, at, cause, cause_id, silent))

    def facts_of(self, profile: int) -> StoredFacts:
        """What is known of a profile, which must exist."""
        found = self._facts.get(profile)
        if found is None:
            found = StoredFacts(self.connection, profile, self._in_segment, teams=self._mates)
            self._facts[profile] = found
        return found

    def read_facts(self, wanted: Iterable[int]) -> None:
        """Read at once what is known of several profiles, as far as it is not read."""
        if len(missing := set(wanted) - self._facts.keys()) > 1:
            within, mates = self._in_segment, self._mates
            found = facts_of_many(self.connection, missing, in_segment=within, teams=mates)
            self._facts.update(found)

    def forget_facts(self) -> None:
        """Read anew what is known of anybody."""
        self._facts.clear()
        self._mates.forget()

    def _in_segment(self, facts: StoredFacts, name: str) -> bool:
        return self.is_inside(
            self.catalog.places[self.catalog.entry(name).stored.id], facts.profile
        )


def begin(
    connection: Connection, catalog: Catalog, moment: Moment, *, change: int | None = None
) -> Sitting:
    """A sitting in the open write transaction, at `moment` or, where that is later, the clock."""
    now = settings.advance_clock(connection, moment.now)
    number = settings.take(connection, settings.Counter.CHANGE) if change is None else change
    return Sitting(connection, catalog, Moment(now, moment.zone), number)

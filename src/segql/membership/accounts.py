"""What happens to an account reaches its profiles: a few at once, many in chunks.

Something has happened where the account's traits changed, or what a rule asks of teammates did: by
a call, by a list, or by time alone. Where the account has many profiles, it is written down as a
follow-up in that transaction, and its profiles are asked in transactions of their own, as of the
same instant. A kill between two of them loses nothing: whoever comes next goes on.

First come the rules that look at no teammate, all of them about some profiles at a time, behind a
cursor. Then those that do, rule by rule in order of dependency, each about everybody before the
next, so that none is asked about a profile while its teammates are half-way.

INVARIANT: each profile is exact as of its own clock. Whoever reads between two chunks sees the
profiles up to the cursor as they are after what happened, the others as they were before it; and of
rules that look at teammates, those that were not asked of everybody yet as before for some. Nobody
gets past the instant of a follow-up before it has reached them: a call asks its own profiles first
(`arrears.bring_up_to_date`); where rules look at teammates, it lets everybody follow first
(`are_behind`), and so does time (`advance`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Final
from zoneinfo import ZoneInfo

from attrs import define, field

from segql.engines.interpreter.edges import spell
from segql.membership.affected import Affected
from segql.membership.arrears import apply_due, ask_later, bring_up_to_date, pass_time
from segql.membership.catalog import Catalog
from segql.membership.pace import Writing, in_chunks
from segql.membership.questions import Reason
from segql.membership.sitting import Sitting
from segql.membership.teams import FEW
from segql.model.flips import Cause
from segql.model.instants import Moment
from segql.model.values import Path
from segql.store import agenda, followups, profiles, runs, settings
from segql.store.driver import Connection, reading

LOOKS: Final = 3
"""How often what holds of a team is found anew before it is found in a write transaction."""
CHUNK: Final = 200
"""Questions of the first chunk: profiles times rules."""


@define(eq=False)
class OfTeam:
    """What was found of all teammates together, from one chunk to the next.

    It holds as long as nobody else has written anything meanwhile. It is found outside of write
    transactions (`look`), unless others write so often that it is known too late time and again.
    """

    _known_by: tuple[int, ...] = ()
    _found: MutableMapping[object, Any] = field(factory=dict)
    _missed: int = 0

    def look(self, connection: Connection, catalog: Catalog, zone: ZoneInfo) -> None:
        """Find it for what is to be followed first, in a read transaction."""
        with reading(connection):
            ahead = followups.first(connection)
            asked = () if ahead is None else ahead.asked
            places = catalog.together & {catalog.places.get(segment, -1) for segment in asked}
            if ahead is None or not places or self._known_by == _known_by(connection, ahead):
                return
            self._known_by = _known_by(connection, ahead)
            sitting = Sitting(connection, catalog, Moment(ahead.at, zone), 0)
            for profile, _ in followups.members(connection, ahead, limit=1):
                facts = sitting.facts_of(profile)
                self._found = facts.of_team()
                for rule in (catalog.order[place].rule for place in sorted(places)):
                    if rule is not None:
                        with suppress(Exception):  # it fails again where that is noted
                            spell(rule, facts, sitting.moment)
            sitting.forget_facts()

    def is_missing(self, connection: Connection, ahead: followups.Followup) -> bool:
        """Whether it is worth while to look once more."""
        is_known = self._known_by == _known_by(connection, ahead)
        self._missed = 0 if is_known else self._missed + 1
        return 0 < self._missed <= LOOKS

    def give(self, sitting: Sitting, ahead: followups.Followup, profile: int) -> None:
        """Let a sitting know it, about the team of one of its profiles."""
        found = sitting.facts_of(profile).of_team()
        if self._known_by == _known_by(sitting.connection, ahead):
            found.update(self._found)
        self._found = found

    def keep(self, connection: Connection, ahead: followups.Followup) -> None:
        """Say that all that was written is written."""
        self._known_by = _known_by(connection, ahead)


def _known_by(connection: Connection, ahead: followups.Followup) -> tuple[int, ...]:
    counters = settings.Counter.CHANGE, settings.Counter.FLIP, settings.Counter.CATALOG
    return ahead.account, ahead.at, *(settings.counted(connection, one) for one in counters)


def begin(sitting: Sitting, changed: Mapping[int, frozenset[Path]]) -> None:
    """Have the profiles of accounts follow, given the trait paths that changed of each."""
    for account, paths in changed.items():
        places = sitting.catalog.readers.of_affected(Affected(account_traits=paths))
        if places:
            sitting.forget_facts()
            sitting.affect_account(account, places, Reason(Cause.ACCOUNT, sitting.change))


def are_behind(sitting: Sitting, accounts: Collection[int]) -> bool:
    """Whether profiles of an account, by internal id, of many must be brought up to date first.

    To that end time is advanced, in transactions of its own, before this one begins anew. A few are
    brought up to date in this one.
    """
    connection, now = sitting.connection, sitting.moment.now
    many = {account for account in accounts if sitting.teams.has_many(account)}
    if not many:
        return False
    if not many.isdisjoint(followups.accounts(connection)) or agenda.late(connection, now):
        return True
    ahead = agenda.first(connection, now, limit=FEW)
    if len(ahead) < FEW:
        owners = profiles.accounts_of(connection, {row[2] for row in ahead})
        return not many.isdisjoint(owners.values())
    return any(agenda.is_ahead_of(connection, account, now) for account in many)


def catch_up(
    connection: Connection, writing: Writing, catalog: Callable[[], Catalog], zone: ZoneInfo
) -> None:
    """Let every profile follow that has still to, chunk by chunk.

    `writing` begins a write transaction on `connection`, `catalog` gives the newest catalogue.
    """
    if followups.is_any(connection):
        of_team = OfTeam()
        while followups.is_any(connection):
            of_team.look(connection, catalog(), zone)
            in_chunks(
                writing,
                lambda connection, size: follow_some(connection, catalog(), zone, size, of_team),
                first=CHUNK,
            )


def follow_some(
    connection: Connection, catalog: Catalog, zone: ZoneInfo, size: int, of_team: OfTeam
) -> bool:
    """Ask some `size` questions of what is to be followed first; whether to go on at once.

    Not where nothing is left, nor where `of_team` should look first.
    """
    ahead = followups.first(connection)
    if ahead is None:  # another process was faster
        return False
    places = _asked_first(catalog, ahead)
    if not catalog.together.isdisjoint(places) and of_team.is_missing(connection, ahead):
        return False
    # Nothing is written about profiles, so that the change number need not be another one; but
    # whom something has reached that is due counts by it.
    is_due = bool(runs.due(connection))
    change = settings.take(connection, settings.Counter.CHANGE) if is_due else ahead.change
    sitting = Sitting(connection, catalog, Moment(ahead.at, zone), change)
    most = max(1, size // max(1, len(places)))
    members = dict(followups.members(connection, ahead, limit=most)) if places else {}
    if members and catalog.reads_teammates:
        of_team.give(sitting, ahead, next(iter(members)))
    _ask(sitting, ahead, places, members)
    later = sitting.teams.taken(ahead.account, ahead.at)
    sitting.settle()
    of_team.keep(connection, ahead)
    # Who changes its place, by another definition, is computed for everybody anyway.
    known, done = catalog.places, len(members) < most
    kept = {
        segment: why
        for segment, why in {**later, **ahead.asked}.items()
        if segment in known and not (done and known[segment] in places)
    }
    cursor = 0 if done else max(members)
    followups.go_on(connection, ahead, cursor=cursor, asked=kept)
    return followups.is_any(connection)


def _asked_first(catalog: Catalog, ahead: followups.Followup) -> Collection[int]:
    """The rules, by place, that profiles are asked now, before the others."""
    found = sorted(catalog.places[one] for one in ahead.asked if one in catalog.places)
    return [place for place in found if place not in catalog.together] or found[:1]


def _ask(
    sitting: Sitting, ahead: followups.Followup, places: Collection[int], members: dict[int, bool]
) -> None:
    """Ask rules about profiles, given whether data of each were written since."""
    as_then = [one for one in members if not members[one]]
    if sitting.reach.due:
        pass_time(sitting, as_then)
        apply_due(sitting, as_then)
    sitting.teams.following = ahead.account
    sitting.is_passing = any(cause == Cause.TIME for cause, _, _ in ahead.asked.values())
    ask_later(sitting, ahead, as_then, places)
    sitting.ask()
    sitting.is_passing = False
    since = [one for one in members if members[one]]
    if since:
        sitting.write()
        sitting.move_to(settings.clock(sitting.connection))
        bring_up_to_date(sitting, since)
    sitting.teams.following = None

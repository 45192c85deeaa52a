"""Calls in, and membership follows in the same transaction.

A batch is one transaction at one instant: its calls are applied in their order, and its flips are
the difference between before and after. `now` is the instant of the call; where the project's clock
is later, that counts instead, so that time never goes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Final

from segql.app.advance import in_time, look_ahead
from segql.app.calls import Stored, prepared
from segql.app.project import Project
from segql.membership import accounts as following
from segql.membership.affected import Affected
from segql.membership.arrears import bring_up_to_date, with_teams
from segql.membership.questions import Reason
from segql.membership.sitting import Sitting
from segql.model.calls import Call, Delete, Merge, Outcome, SetAccount, Values
from segql.model.errors import Refused, SegqlError
from segql.model.fields import SURVEY_FIELDS
from segql.model.flips import Cause
from segql.model.instants import MAX_INSTANT, Instant
from segql.store import accounts, events, merge, profiles, responses
from segql.store import identify as identifying
from segql.store.messages import Messages

STORED: Final = Outcome("stored")
PRESENT: Final = Outcome("present")
_EVERYTHING: Final = Affected(everything=True)


def batch(project: Project, calls: Iterable[Call], *, now: Instant) -> tuple[Outcome, ...]:
    """Apply `calls` in order, in one transaction, and say what became of each.

    A call that is refused, or is none, is left out and stops no other. An exception means that
    nothing at all is stored: `Busy`, `Broken`, or `Refused` for a `now` outside 1970 to 9999, a
    project that is read only or something that holds no calls.
    """
    if not isinstance(calls, Iterable):
        raise Refused(
            f"a batch is a list of calls, not a Python {type(calls).__name__}", code="bad-call"
        )
    if not 0 <= now <= MAX_INSTANT:
        raise Refused("the instant of a call lies outside the years 1970 to 9999", code="bad-time")
    every = tuple(calls)
    look_ahead(project, now=now)

    def change(sitting: Sitting) -> tuple[Outcome, ...] | None:
        return _Batch(sitting, every, project.messages).applied()

    outcomes = in_time(project, now=now, change=change)
    project.follow_up()
    return outcomes


def one(project: Project, call: Call, *, now: Instant) -> bool:
    """Apply one call; False when it was there already. Raises its error when it is refused."""
    [outcome] = batch(project, [call], now=now)
    if outcome.error is not None:
        raise outcome.error
    return outcome.status == "stored"


class _Batch:
    """The calls of one transaction, with what became of each."""

    def __init__(self, sitting: Sitting, calls: Sequence[Call], messages: Messages) -> None:
        self.sitting = sitting
        self.messages = messages
        self.connection = sitting.connection
        self.outcomes: list[Outcome] = [STORED] * len(calls)
        self.ready: list[tuple[int, Stored]] = []
        """The calls that can be stored, each with its place in the batch."""
        for place, call in enumerate(calls):
            try:
                moment = sitting.moment
                stored = prepared(call, now=moment.now, zone=moment.zone, index=place)
            except SegqlError as error:
                self.outcomes[place] = Outcome("refused", error)
            else:
                self.ready.append((place, stored))

    def applied(self) -> tuple[Outcome, ...] | None:
        """Store all of it and let membership follow; None where others must follow first."""
        if not self._bring_up_to_date():
            return None
        for kind, group in groupby(self.ready, lambda pair: type(pair[1])):
            places, run = zip(*group, strict=True)
            self._apply(kind, places, run)
        self.sitting.settle()
        return tuple(self.outcomes)

    def _bring_up_to_date(self) -> bool:
        """Make whom the calls touch what they should be by now; whether that could be done."""
        named = {name for _, call in self.ready for name in _profiles_of(call)}
        wanted = dict.fromkeys(profiles.profile_ids(self.connection, named).values())
        given = {own for _, call in self.ready for own in _responses_of(call)}
        wanted |= dict.fromkeys(sorted(responses.owners(self.connection, given)))
        renewed = {name for _, call in self.ready for name in self._read_accounts_of(call)}
        teams = list(accounts.account_ids(self.connection, renewed).values())
        if self.sitting.catalog.reads_teammates:
            owners = profiles.accounts_of(self.connection, wanted).values()
            teams += [account for account in owners if account is not None]
        if following.are_behind(self.sitting, teams):
            return False
        for account in teams:
            wanted |= dict.fromkeys(self.sitting.teams.few_of(account))
        together = with_teams(self.sitting, wanted)
        bring_up_to_date(self.sitting, together)
        if self.sitting.catalog.reads_teammates:
            self.sitting.teams.remember(together)
        return True

    def _read_accounts_of(self, call: Stored) -> Iterable[str]:
        """The accounts whose profiles rules may have to be asked about after the call."""
        match call:
            case (
                SetAccount(account, traits)
                | identifying.Identify(account=str(account), account_traits=traits)
            ):
                catalog = self.sitting.catalog
                given = Affected(account_traits=frozenset((key,) for key in traits))
                if catalog.reads_teammates or catalog.readers.of_affected(given):
                    return (account,)
        return ()

    def _apply(self, kind: type, places: Sequence[int], run: Sequence[Stored]) -> None:
        """Store calls of one kind that follow each other."""
        if kind is events.Event:
            self._track(places, [call for call in run if isinstance(call, events.Event)])
        elif kind is identifying.Identify:
            self._identify([call for call in run if isinstance(call, identifying.Identify)])
        elif kind is responses.Response:
            self._survey(places, [call for call in run if isinstance(call, responses.Response)])
        for place, call in zip(places, run, strict=True):
            match call:
                case SetAccount(account, traits):
                    self._set_account(place, account, traits)
                case Merge(absorbed, profile):
                    self._merge(place, absorbed, profile)
                case Delete(profile):
                    self._delete(place, profile)
                case _:
                    break

    def _track(self, places: Sequence[int], run: Sequence[events.Event]) -> None:
        sitting = self.sitting
        now = sitting.moment.now
        done = events.append(
            self.connection, run, change=sitting.change, call_at=now, messages=self.messages
        )
        for place, event, arrival in zip(places, run, done.arrivals, strict=True):
            if arrival is None:
                self.outcomes[place] = PRESENT
                continue
            profile = done.profiles[event.profile]
            reason = Reason(Cause.EVENT, arrival)
            if profile in done.new:
                sitting.affect(profile, _EVERYTHING, reason)
            else:
                sitting.affect_by_event(profile, event.name, event.values or {}, reason)

    def _identify(self, run: Sequence[identifying.Identify]) -> None:
        sitting = self.sitting
        done = identifying.identify(
            self.connection,
            run,
            change=sitting.change,
            zone=sitting.moment.zone,
            now=sitting.moment.now,
            touch_members=False,
        )
        reason = Reason(Cause.IDENTIFY, sitting.change)
        for profile, renewed in done.profiles.items():
            affected = Affected(traits=renewed.paths, fields=renewed.fields)
            sitting.affect(profile, _EVERYTHING if renewed.added else affected, reason)
        following.begin(sitting, done.accounts)

    def _survey(self, places: Sequence[int], run: Sequence[responses.Response]) -> None:
        sitting = self.sitting
        now = sitting.moment.now
        done = responses.append(self.connection, run, change=sitting.change, call_at=now)
        for profile in done.new:  # even where the response itself is too old to count
            sitting.affect(profile, _EVERYTHING, Reason(Cause.SURVEY, None))
        for place, response, number in zip(places, run, done.ids, strict=True):
            if number is None:
                self.outcomes[place] = PRESENT
                continue
            profile = done.profiles[response.profile]
            affected = Affected(surveys=frozenset({response.survey}), fields=SURVEY_FIELDS)
            reason = Reason(Cause.SURVEY, number)
            sitting.affect(profile, _EVERYTHING if profile in done.new else affected, reason)
        for profile, survey in done.losers.items():
            affected = Affected(surveys=frozenset({survey}), fields=SURVEY_FIELDS)
            sitting.affect(profile, affected, Reason(Cause.SURVEY, None))

    def _set_account(self, place: int, account: str, traits: Values) -> None:
        sitting = self.sitting
        _, changed = accounts.merge_traits(
            self.connection,
            [(account, traits)],
            change=sitting.change,
            zone=sitting.moment.zone,
        )
        following.begin(sitting, changed)

    def _merge(self, place: int, absorbed: str, profile: str) -> None:
        sitting = self.sitting
        gone = profiles.profile_id(self.connection, absorbed)
        if absorbed == profile or (
            gone is not None and gone == profiles.profile_id(self.connection, profile)
        ):
            self.outcomes[place] = PRESENT
            return
        ids, new = profiles.ensure(self.connection, [profile], sitting.change)
        survivor = ids[profile]
        if gone is None:
            merge.add_alias(self.connection, absorbed, survivor)
        else:
            sitting.hand_over(gone, survivor)
            merge.merge(
                self.connection,
                gone,
                survivor,
                change=sitting.change,
                zone=sitting.moment.zone,
            )
        if gone is not None or new:
            sitting.affect(survivor, _EVERYTHING, Reason(Cause.MERGE, sitting.change))

    def _delete(self, place: int, profile: str) -> None:
        sitting = self.sitting
        number = profiles.profile_id(self.connection, profile)
        if number is None:
            error = Refused(f"there is no profile `{profile}`", code="unknown-profile")
            self.outcomes[place] = Outcome("refused", error)
            return
        sitting.leave_all(number, Reason(Cause.DELETE, sitting.change, silent=True))
        merge.delete(self.connection, number, change=sitting.change, zone=sitting.moment.zone)


def _profiles_of(call: Stored) -> Iterable[str]:
    match call:
        case SetAccount():
            return ()
        case Merge(absorbed, profile):
            return absorbed, profile
        case _:
            return (call.profile,)


def _responses_of(call: Stored) -> Iterable[bytes]:
    """Responses that are taken from whoever has them."""
    match call:
        case responses.Response(response=bytes(own)):
            return (own,)
        case _:
            return ()

"""The accounts of the profiles that one transaction touches: which are few, which are many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from segql.membership.questions import Reason
from segql.model.instants import Instant
from segql.store import followups, profiles, settings
from segql.store.driver import Connection

FEW: Final = 50
"""Profiles of an account that follow in the transaction in which something happens to it."""


class Teams:
    """Accounts in one write transaction, and what their profiles, where many, are asked later."""

    def __init__(self, connection: Connection) -> None:
        """Inside `immediate`."""
        self.connection = connection
        self.following: int | None = None
        """The account, of many, whose profiles are being asked some at a time."""
        self._many: set[int] = set()
        """Accounts that had too many profiles for all of them to be up to date."""
        self._before: dict[int, int | None] = {}
        """The accounts that profiles had before the transaction, where that matters."""
        self._later: dict[tuple[int, Instant], dict[int, followups.Why]] = {}
        """By account and instant: the segments, by id, that its profiles are asked later."""

    def few_of(self, account: int) -> Collection[int]:
        """The profiles of an account that must be up to date before the data are written.

        None of many, which are so already (`accounts.are_behind`): they follow later, even if the
        data leave the account only a few.
        """
        members = self._few_members(account)
        if members is None:
            self._many.add(account)
        return members or ()

    def has_many(self, account: int) -> bool:
        """Whether the profiles of an account follow later."""
        self.few_of(account)
        return account in self._many

    def many_of(self, profile: int) -> int | None:
        """The account of a profile, where its profiles follow later; else None."""
        found = profiles.accounts_of(self.connection, (profile,)).get(profile)
        is_many = found is not None and (found == self.following or self.has_many(found))
        return found if is_many else None

    def following_now(self, account: int) -> Sequence[int] | None:
        """The profiles that follow what happens to an account now, or None: all do so later."""
        if account in self._many or account == self.following:
            return None
        return self._few_members(account)

    def _few_members(self, account: int) -> Sequence[int] | None:
        found = profiles.of_account(self.connection, account, limit=FEW + 1)
        return found if len(found) <= FEW else None

    def remember(self, wanted: Iterable[int]) -> None:
        """Know later which accounts profiles have now, whatever becomes of them."""
        self._before.update(profiles.accounts_of(self.connection, wanted))

    def of(self, profile: int) -> set[int]:
        """The account of a profile, and the one that it had before."""
        now = profiles.accounts_of(self.connection, (profile,)).get(profile)
        return {one for one in (now, self._before.get(profile)) if one is not None}

    @property
    def has_later(self) -> bool:
        """Whether there is something that is asked later, and not written yet."""
        return bool(self._later)

    def ask_later(self, account: int, at: Instant, segments: Iterable[int], reason: Reason) -> None:
        """Have segments, by id, asked about everybody of an account, as of an instant."""
        asked = self._later.setdefault((account, at), {})
        why = str(reason.cause), reason.cause_id, reason.silent
        for segment in segments:
            asked.setdefault(segment, why)

    def taken(self, account: int, at: Instant) -> Mapping[int, followups.Why]:
        """What is asked later about an account as of `at`, for the caller to write down."""
        return self._later.pop((account, at), {})

    def write(self) -> None:
        """Write down what is asked later."""
        if self._later:
            change = settings.counted(self.connection, settings.Counter.CHANGE)
            for (account, at), asked in self._later.items():
                followups.add(self.connection, account, at=at, change=change, asked=asked)
            self._later = {}

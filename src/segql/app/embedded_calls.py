"""The calls of a project that other programs embed: who did what, said by plain values."""

from __future__ import annotations

import time as clock
from collections.abc import Iterable, Mapping

from segql.app import ingest
from segql.app import project as opening
from segql.model.calls import (
    Call,
    Delete,
    Identify,
    Merge,
    Outcome,
    SetAccount,
    Survey,
    Time,
    Track,
)
from segql.model.instants import Instant, instant_from
from segql.model.values import Json


class Calls(opening.Project):
    """A project that is told what happens. Where `now` is left out, it is the present instant."""

    def _instant(self, time: Time | None) -> Instant:
        if time is None:
            return clock.time_ns() // 1_000_000
        return instant_from(time, self.zone)

    def identify(
        self,
        profile: str,
        traits: Mapping[str, Json] | None = None,
        *,
        email: str | None = None,
        account: str | None = None,
        account_traits: Mapping[str, Json] | None = None,
        now: Time | None = None,
    ) -> None:
        """Merge `traits` over those of a profile, made if it is new; a None takes a trait away."""
        call = Identify(
            profile,
            traits or {},
            email=email,
            account=account,
            account_traits=account_traits or {},
        )
        ingest.one(self, call, now=self._instant(now))

    def set_account(
        self, account: str, traits: Mapping[str, Json], *, now: Time | None = None
    ) -> None:
        """Merge `traits` over those of an account; its profiles are re-checked."""
        ingest.one(self, SetAccount(account, traits), now=self._instant(now))

    def track(
        self,
        profile: str,
        event: str,
        properties: Mapping[str, Json] | None = None,
        *,
        time: Time | None = None,
        message_id: str | None = None,
        now: Time | None = None,
    ) -> bool:
        """Store an event done at `time` (now when left out); False when its message was stored.

        A time more than a day ahead counts as now.
        """
        call = Track(profile, event, properties or {}, time=time, message_id=message_id)
        return ingest.one(self, call, now=self._instant(now))

    def survey(
        self,
        profile: str,
        survey: str,
        action: str,
        answers: Mapping[str, Json] | None = None,
        *,
        time: Time | None = None,
        message_id: str | None = None,
        response_id: str | None = None,
        now: Time | None = None,
    ) -> bool:
        """Store a survey action: `seen`, `completed`, `dismissed`, or `partial` answers.

        A call with the `response_id` of an earlier one replaces it. False when it was stored.
        """
        call = Survey(
            profile,
            survey,
            action,
            answers or {},
            time=time,
            message_id=message_id,
            response_id=response_id,
        )
        return ingest.one(self, call, now=self._instant(now))

    def merge(self, absorbed: str, profile: str, *, now: Time | None = None) -> bool:
        """Make one profile of two: `absorbed` was `profile` all along, and stays so for ever.

        False when that is known already.
        """
        return ingest.one(self, Merge(absorbed, profile), now=self._instant(now))

    def delete(self, profile: str, *, now: Time | None = None) -> None:
        """Delete a profile with all that it did; raises `Refused` (`unknown-profile`)."""
        ingest.one(self, Delete(profile), now=self._instant(now))

    def batch(self, calls: Iterable[Call], *, now: Time | None = None) -> tuple[Outcome, ...]:
        """Apply calls of `segql.calls` in order, in one transaction; what became of each.

        A call that is refused stops no other: its outcome holds the error. An exception means that
        nothing is stored.

        >>> import segql, tempfile, os
        >>> from segql import calls
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with segql.open(os.path.join(folder, "team.db")) as project:
        ...         done = project.batch([
        ...             calls.Identify("ann", {"plan": "pro"}),
        ...             calls.Track("ann", "export", message_id="m1"),
        ...             calls.Track("ann", "export", message_id="m1"),
        ...             calls.Track("", "export"),
        ...         ])
        >>> [outcome.status for outcome in done]
        ['stored', 'stored', 'present', 'refused']
        >>> print(done[3].error)
        the profile id is empty
        """
        return ingest.batch(self, calls, now=self._instant(now))

"""What rows of every format become: the parts that are read, as what the store takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias, TypeVar

from segql.app.import_options import EventOptions, ResponseOptions
from segql.model.instants import Instant
from segql.model.values import Json
from segql.store import digests
from segql.store.events import Event
from segql.store.identify import Identify
from segql.store.plain import name_checked
from segql.store.responses import ACTIONS, Response

Item = TypeVar("Item")
Builder: TypeAlias = Callable[[Any], Item]
"""From the cells, or the object, of a row to what is stored.

Raises `ValueError` or `Refused` with the reason, in words, for a row that cannot be stored.
"""

PROFILE_IDS: Final = ("profile", "id", "user_id")
"""Columns that hold the id of a row's profile, in a file of profiles."""
ACTOR_IDS: Final = ("profile", "user_id")
"""The same in a file of what profiles did, where `id` may be anything's."""
ACCOUNT_PREFIX: Final = "account."
"""Columns of traits of the account."""

name_of = lru_cache(maxsize=4096)(name_checked)
"""`name_checked` for texts that repeat from row to row."""


def call_of(
    profile: str,
    email: str | None,
    account: str | None,
    traits: Mapping[str, Json],
    account_traits: Mapping[str, Json],
    at: Instant | None,
) -> Identify:
    """A call of these parts; empty texts are missing."""
    if account_traits and not account:
        raise ValueError("there are traits of an account, but no account")
    return Identify(
        profile=profile,
        traits=traits,
        email=name_checked(email, "email") if email else None,
        account=name_of(account, "account id") if account else None,
        account_traits=account_traits,
        at=at,
    )


def event_builder(
    options: EventOptions,
) -> Callable[[str, str, Instant, str | None, str | None], Event]:
    """Makes an event of profile, name, time, properties as JSON text, and an id of its own."""
    if options.event_name is not None:
        name_checked(options.event_name, "event")
    digest = digests.content("event", options.source)

    def build(who: str, name: str, at: Instant, text: str | None, own: str | None) -> Event:
        if own is None:
            return Event(who, name, at, text, digest(who, name, at, text or ""))
        return Event(who, name, at, text, digests.message_digest(own, options.source))

    return build


def response_builder(
    options: ResponseOptions,
) -> Callable[[str, str, object, Instant, str | None, str | None], Response]:
    """Makes a response of profile, survey, action, time, answers as JSON text, and its own id."""
    if options.survey_name is not None:
        name_checked(options.survey_name, "survey")
    digest = digests.content("response", options.source)

    def build(
        who: str, survey: str, action: object, at: Instant, answers: str | None, own: str | None
    ) -> Response:
        if not isinstance(action, str) or action not in ACTIONS:
            raise ValueError(f"`{action}` is no action; expected one of {', '.join(ACTIONS)}")
        message = digest(who, survey, at, f"{action}\0{own or ''}\0{answers or ''}")
        known = None if own is None else digests.response_digest(survey, own, options.source)
        return Response(who, survey, action, at, answers, message, known)

    return build

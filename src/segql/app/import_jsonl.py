"""Objects of JSON Lines as what the store takes, one builder per kind of file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from segql.app.cells import Clock, since_epoch
from segql.app.import_items import (
    ACCOUNT_PREFIX,
    ACTOR_IDS,
    PROFILE_IDS,
    Builder,
    call_of,
    event_builder,
    response_builder,
)
from segql.app.import_options import EventOptions, ProfileOptions, ResponseOptions
from segql.app.jsonl_rows import Fields
from segql.app.rejects import OWN
from segql.model.instants import Instant
from segql.model.values import Json
from segql.store.events import Event
from segql.store.identify import Identify
from segql.store.plain import cleaned, name_checked, text_of
from segql.store.responses import Response


def profiles(options: ProfileOptions, clock: Clock) -> Builder[Identify]:
    """A builder of calls from the objects of a file of profiles."""

    def build(row: Fields) -> Identify:
        fields = row.copy()
        profile = id_of(taken(fields, options.profile, PROFILE_IDS), "profile id")
        email = fields.pop(options.email or "email", None)
        if email is not None and not isinstance(email, str):
            raise ValueError("the email is no text")
        account = fields.pop(options.account or "account", None)
        theirs: dict[str, Json] = {}
        if isinstance(account, dict):
            theirs |= _spread({"traits": account.get("traits") or {}}, "traits")
            account = account.get("id")
        time = None if options.time is None else fields.pop(options.time, None)
        for name in [name for name in fields if name.startswith(ACCOUNT_PREFIX)]:
            theirs[name.removeprefix(ACCOUNT_PREFIX)] = fields.pop(name)
        return call_of(
            profile,
            email,
            None if account is None else id_of(account, "account id"),
            cleaned(_spread(fields, "traits")),
            cleaned(theirs),
            None if time is None else _time(time, clock),
        )

    return build


def events(options: EventOptions, clock: Clock) -> Builder[Event]:
    """A builder of events from the objects of a file of events."""
    event = event_builder(options)

    def build(row: Fields) -> Event:
        fields = row.copy()
        who = id_of(taken(fields, options.profile, ACTOR_IDS), "profile id")
        name = options.event_name
        if name is None:
            name = name_checked(taken(fields, options.event, ("event",)), "event")
        at = _time(fields.pop(options.time, None), clock)
        known = None
        if options.message_id is not None:
            known = id_of(fields.pop(options.message_id, None), "message id")
        return event(who, name, at, _object_text(_spread(fields, "properties")), known)

    return build


def responses(options: ResponseOptions, clock: Clock) -> Builder[Response]:
    """A builder of responses from the objects of a file of survey actions."""
    build = response_builder(options)

    def build_from(row: Fields) -> Response:
        fields = row.copy()
        who = id_of(taken(fields, options.profile, ACTOR_IDS), "profile id")
        survey = options.survey_name
        if survey is None:
            survey = name_checked(taken(fields, options.survey, ("survey",)), "survey")
        at = _time(fields.pop(options.time, None), clock)
        action = fields.pop(options.action or "action", None)
        own = None
        if options.response_id is not None:
            own = id_of(fields.pop(options.response_id, None), "response id")
        return build(
            who,
            survey,
            "completed" if action is None and options.action is None else action,
            at,
            _object_text(_spread(fields, "answers")),
            own,
        )

    return build_from


def _object_text(fields: Mapping[str, Json]) -> str | None:
    values = {key: value for key, value in cleaned(fields).items() if value is not None}
    return text_of(values) if values else None


def _spread(fields: Fields, name: str) -> Fields:
    """The fields, with those of the object called `name` in its place."""
    inner = fields.get(name)
    if isinstance(inner, dict):
        del fields[name]
        fields |= inner
    return {key: value for key, value in fields.items() if key not in OWN}


def taken(fields: Fields, wanted: str | None, known: Sequence[str]) -> Any:
    """The value under `wanted`, else the first of `known`, taken out of an object's fields.

    Raises `ValueError` where there is none.
    """
    for name in known if wanted is None else (wanted,):
        if name in fields:
            return fields.pop(name)
    expected = wanted if wanted is not None else "` or `".join(known)
    raise ValueError(f"there is no `{expected}`")


def id_of(value: object, what: str) -> str:
    """An id as text: whole numbers are written out."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None:
        raise ValueError(f"the {what} is missing")
    return name_checked(value, what)


def _time(value: object, clock: Clock) -> Instant:
    match value:
        case None:
            raise ValueError("there is no time")
        case str():
            return clock(value)
        case int() | float() if not isinstance(value, bool):
            return since_epoch(value)
        case _:
            raise ValueError("the time is neither text nor a number")

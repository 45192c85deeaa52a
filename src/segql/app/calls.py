"""Calls checked, and turned into what the store takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Never, TypeAlias
from zoneinfo import ZoneInfo

from segql.model.calls import Call, Delete, Identify, Merge, SetAccount, Survey, Time, Track
from segql.model.display import visible
from segql.model.errors import Refused
from segql.model.instants import MAX_INSTANT, Instant, instant_from
from segql.model.values import Json
from segql.store import events, responses
from segql.store import identify as identifying
from segql.store.digests import message_digest, response_digest
from segql.store.plain import cleaned, name_checked, text_of

MAX_CHARS: Final = 1_000_000
"""Characters of JSON that the traits, properties or answers of one call may have."""
MAX_VALUES: Final = 10_000
"""Values that they may hold, inside one another or not."""
AHEAD_MS: Final = 86_400_000
"""How far ahead of the call a time is believed: a day."""

Stored: TypeAlias = (
    identifying.Identify | events.Event | responses.Response | SetAccount | Merge | Delete
)


def prepared(call: Call, *, now: Instant, zone: ZoneInfo, index: int = 0) -> Stored:
    """What the store takes for the call at an index of a batch; times without an offset in `zone`.

    A time more than a day ahead of `now` becomes `now`, and is kept as `said`. Numbers that are not
    finite become null. Raises `Refused` (`bad-value`, `bad-time`, `bad-action`, `too-large`,
    `bad-call` for what is none).
    """
    match call:
        case Identify():
            return _identify(call, now)
        case SetAccount(account, traits):
            return SetAccount(name_checked(account, "account id"), _values(traits, "traits")[0])
        case Track():
            return _event(call, now, zone)
        case Survey():
            return _response(call, now, zone)
        case Merge(absorbed, profile):
            return Merge(
                name_checked(absorbed, "absorbed profile id"), name_checked(profile, "profile id")
            )
        case Delete(profile):
            return Delete(name_checked(profile, "profile id"))
        case _:
            raise _no_call(call, index)


def _no_call(found: Never, index: int) -> Refused:
    return Refused(
        f"at index {index} of the batch stands a Python {type(found).__name__}, which is no call",
        code="bad-call",
        hint="a call is one of `segql.calls`, such as `Track('ann', 'export')`",
    )


def _identify(call: Identify, now: Instant) -> identifying.Identify:
    account_traits, _ = _values(call.account_traits, "account traits")
    if account_traits and call.account is None:
        raise Refused("traits of an account are given without its id", code="bad-value")
    return identifying.Identify(
        profile=name_checked(call.profile, "profile id"),
        traits=_values(call.traits, "traits")[0],
        email=None if call.email is None else name_checked(call.email, "e-mail"),
        account=None if call.account is None else name_checked(call.account, "account id"),
        account_traits=account_traits,
        at=now,
    )


def _event(call: Track, now: Instant, zone: ZoneInfo) -> events.Event:
    time, said = _time(call.time, now, zone)
    values, text = _values(call.properties, "properties")
    return events.Event(
        name_checked(call.profile, "profile id"),
        name_checked(call.event, "name of the event"),
        time,
        text,
        _digest(call.message_id),
        said,
        values,
    )


def _response(call: Survey, now: Instant, zone: ZoneInfo) -> responses.Response:
    if call.action not in responses.ACTIONS:
        raise Refused(
            f"`{visible(str(call.action))}` is no survey action",
            code="bad-action",
            hint=f"use one of {', '.join(responses.ACTIONS)}",
        )
    time, said = _time(call.time, now, zone)
    survey, own = name_checked(call.survey, "survey"), call.response_id
    return responses.Response(
        name_checked(call.profile, "profile id"),
        survey,
        call.action,
        time,
        _values(call.answers, "answers")[1],
        _digest(call.message_id),
        None if own is None else response_digest(survey, name_checked(own, "response id")),
        said,
    )


def _digest(message_id: str | None) -> bytes | None:
    return None if message_id is None else message_digest(name_checked(message_id, "message id"))


def _time(time: Time | None, now: Instant, zone: ZoneInfo) -> tuple[Instant, Instant | None]:
    """When it was done, and what was said where that is another time."""
    if time is None:
        return now, None
    said = instant_from(time, zone)
    if not 0 <= said <= MAX_INSTANT:
        raise Refused(
            f"the time `{time}` lies outside the years 1970 to 9999",
            code="bad-time",
            hint="times are ISO 8601 text, aware datetimes, or milliseconds since 1970",
        )
    return (now, said) if said > now + AHEAD_MS else (said, None)


def _values(values: Mapping[str, Json], what: str) -> tuple[Mapping[str, Json], str | None]:
    """The values as they are kept, and as JSON text; None when there are none."""
    if not isinstance(values, Mapping):
        raise Refused(f"the {what} are no mapping", code="bad-value")
    if not values:
        return {}, None
    kept = cleaned(values)
    text = text_of(kept)
    _check_size(kept, text, what)
    return kept, text


def _check_size(values: Mapping[str, Json], text: str, what: str) -> None:
    if len(text) > MAX_CHARS:
        raise Refused(
            f"the {what} have {len(text):,} characters, at most {MAX_CHARS:,} are kept",
            code="too-large",
        )
    # Each value takes two characters at least, so most texts need no counting.
    if len(text) > 2 * MAX_VALUES and _count(values) > MAX_VALUES:
        raise Refused(
            f"the {what} hold {_count(values):,} values, at most {MAX_VALUES:,} are kept",
            code="too-large",
        )


def _count(value: Json) -> int:
    if isinstance(value, Mapping):
        return sum(map(_count, value.values()))
    if isinstance(value, list):
        return sum(map(_count, value))
    return 1

"""Responses to surveys: append, replace by response id, and the activity that follows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from segql.model.instants import Instant
from segql.model.values import Json
from segql.store import names, profiles
from segql.store.driver import Connection
from segql.store.plain import values_of

ACTIONS: Final = ("seen", "completed", "dismissed", "partial")
"""What may be recorded; a `partial` response has answers and counts as none of the others."""

_BY_MESSAGE: Final = "select 1 from responses where message = ?"
_BY_RESPONSE: Final = "select id, profile, time from responses where response = ?"
_ADD: Final = """
    insert into responses (profile, survey, action, time, response, message, answers, said)
    values (?, ?, ?, ?, ?, ?, ?, ?)
"""
_OWNER: Final = "select profile from responses where response = ?"
_DROP: Final = "delete from responses where id = ?"
_COUNT_AGAIN: Final = """
    insert into activity (profile, changed, surveys_seen, surveys_completed, surveys_dismissed,
                          last_survey_seen, last_survey_completed, last_survey_dismissed,
                          first_action, last_action, first_call, last_call)
    select wanted.value, :change,
           coalesce(sum(action = 'seen'), 0),
           coalesce(sum(action = 'completed'), 0),
           coalesce(sum(action = 'dismissed'), 0),
           max(case when action = 'seen' then time end),
           max(case when action = 'completed' then time end),
           max(case when action = 'dismissed' then time end),
           min(time), max(time), :call_at, :call_at
      from json_each(:profiles) as wanted
      left join responses
        on responses.profile = wanted.value
     where true
     group by wanted.value
        on conflict (profile) do update
       set changed = excluded.changed,
           surveys_seen = excluded.surveys_seen,
           surveys_completed = excluded.surveys_completed,
           surveys_dismissed = excluded.surveys_dismissed,
           last_survey_seen = excluded.last_survey_seen,
           last_survey_completed = excluded.last_survey_completed,
           last_survey_dismissed = excluded.last_survey_dismissed,
           first_action = excluded.first_action,
           last_action = excluded.last_action,
           first_call = min(coalesce(first_call, excluded.first_call),
                            coalesce(excluded.first_call, first_call)),
           last_call = max(coalesce(last_call, excluded.last_call),
                           coalesce(excluded.last_call, last_call))
"""
_RECENT: Final = """
    select surveys.key, action, time, answers
      from responses
      join surveys
        on surveys.id = responses.survey
     where responses.profile = ?
     order by time desc, responses.id desc
     limit ?
"""


@frozen
class Response:
    """A survey action to be stored: answers as `plain.text_of` writes them, None for none.

    `message` and `response` are 16-byte digests. Of two with the same `message` the first is kept;
    of two with the same `response` the one with the later time, or the later one of equal times.
    `said` is the time that was given, where that was not believed and `time` is another.
    """

    profile: str
    survey: str
    action: str
    time: Instant
    answers: str | None = None
    message: bytes | None = None
    response: bytes | None = None
    said: Instant | None = None


@frozen
class Given:
    """A survey action as it is stored."""

    survey: str
    action: str
    time: Instant
    answers: dict[str, Json]


@frozen(kw_only=True)
class Outcome:
    """What a batch did; `added`, `replaced` and `present` add up to its responses."""

    added: int
    replaced: int
    present: int
    surveys: frozenset[str]
    """Surveys with an added or replaced response."""
    touched: frozenset[int]
    """Internal ids of profiles that responses were added to or taken from."""
    profiles: Mapping[str, int]
    """Internal ids by the external ids of the batch, those of calls that were present left out."""
    new: frozenset[int]
    """Internal ids of profiles that were made."""
    ids: tuple[int | None, ...]
    """For each response of the batch its id, None where it was present or too old to count."""
    losers: Mapping[int, str]
    """Profiles that a response was taken from, as it is another's now; with its survey."""


def append(
    connection: Connection,
    responses: Sequence[Response],
    *,
    change: int,
    call_at: Instant | None = None,
) -> Outcome:
    """Store `responses`, in the order of their arrival, as the change number `change`.

    Inside `immediate`. Unknown profiles are made. `call_at` is the time of the call that brought
    them, where there is one.
    """
    fresh = [response for response in responses if not _is_present(connection, response)]
    survey_ids = names.survey_ids(connection, {response.survey for response in fresh})
    profile_ids, new = profiles.ensure(connection, (response.profile for response in fresh), change)
    replaced = 0
    ids: list[int | None] = []
    surveys: set[str] = set()
    touched: set[int] = set()
    losers: dict[int, str] = {}
    for response in responses:
        stored = _stored(connection, response)
        if _is_present(connection, response) or (stored and stored.time > response.time):
            ids.append(None)
            continue
        profile = profile_ids[response.profile]
        if stored is not None:
            connection.execute(_DROP, (stored.id,))
            replaced += 1
            if stored.profile != profile:
                losers[stored.profile] = response.survey
        row = _row(response, profile, survey_ids[response.survey])
        ids.append(connection.execute(_ADD, row).lastrowid)
        surveys.add(response.survey)
        touched.add(profile)
    count_again(connection, touched, change=change, call_at=call_at)
    count_again(connection, losers.keys() - touched, change=change)
    touched |= losers.keys()
    present = ids.count(None)
    return Outcome(
        added=len(ids) - present - replaced,
        replaced=replaced,
        present=present,
        surveys=frozenset(surveys),
        touched=frozenset(touched),
        profiles=profile_ids,
        new=new,
        ids=tuple(ids),
        losers=losers,
    )


def owners(connection: Connection, wanted: Iterable[bytes]) -> set[int]:
    """The profiles, by internal id, that have the responses with these digests of their own ids."""
    found = (connection.execute(_OWNER, (one,)).fetchone() for one in wanted)
    return {row[0] for row in found if row is not None}


def count_again(
    connection: Connection,
    wanted: Collection[int],
    *,
    change: int,
    call_at: Instant | None = None,
) -> None:
    """Bring the activity of profiles, by internal id, in line with their responses."""
    bound = {"change": change, "profiles": json.dumps(sorted(wanted)), "call_at": call_at}
    connection.execute(_COUNT_AGAIN, bound)


@frozen
class _Stored:
    id: int
    profile: int
    time: Instant


def _stored(connection: Connection, response: Response) -> _Stored | None:
    """What is stored under the response's own id."""
    if response.response is None:
        return None
    row = connection.execute(_BY_RESPONSE, (response.response,)).fetchone()
    return None if row is None else _Stored(*row)


def _is_present(connection: Connection, response: Response) -> bool:
    if response.message is None:
        return False
    return connection.execute(_BY_MESSAGE, (response.message,)).fetchone() is not None


def _row(response: Response, profile: int, survey: int) -> tuple[object, ...]:
    return (
        profile,
        survey,
        response.action,
        response.time,
        response.response,
        response.message,
        response.answers,
        response.said,
    )


def recent(connection: Connection, profile: int, *, limit: int) -> list[Given]:
    """The newest survey actions of the profile with the internal id `profile`, newest first."""
    return [
        Given(survey, action, time, values_of(text))
        for survey, action, time, text in connection.execute(_RECENT, (profile, limit))
    ]

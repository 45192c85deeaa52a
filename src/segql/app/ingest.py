"""One call at a time: data in, and membership of the profile follows in the same transaction.

Each call gives the internal id of its profile. `now` is the instant of the call; the project's
clock never goes back, so flips never do either.
"""

from __future__ import annotations

from collections.abc import Mapping

from segql.app.project import Project
from segql.membership.live import recheck
from segql.model.errors import Refused
from segql.model.instants import Instant, Moment
from segql.model.values import Json
from segql.store import events, profiles, responses, settings
from segql.store import identify as identifying
from segql.store.digests import message_digest, response_digest
from segql.store.driver import Connection
from segql.store.plain import cleaned, name_checked, text_of


def identify(
    project: Project,
    profile: str,
    traits: Mapping[str, Json],
    *,
    email: str | None = None,
    account: str | None = None,
    account_traits: Mapping[str, Json] | None = None,
    now: Instant,
) -> None:
    """Merge traits over those of a profile, made if it is new; a null takes a trait away.

    Raises `Refused` (`bad-value`) for what cannot be kept as JSON.
    """
    call = identifying.Identify(
        profile=name_checked(profile, "profile id"),
        traits=cleaned(traits),
        email=email,
        account=None if account is None else name_checked(account, "account id"),
        account_traits=cleaned(account_traits or {}),
        at=now,
    )
    with project.writing() as connection:
        change = settings.take(connection, settings.Counter.CHANGE)
        identifying.identify(
            connection,
            [call],
            change=change,
            zone=project.zone,
            now=settings.advance_clock(connection, now),
        )
        _follow(project, connection, profile, now, "identify")


def track(
    project: Project,
    profile: str,
    event: str,
    properties: Mapping[str, Json],
    *,
    time: Instant | None = None,
    message_id: str | None = None,
    now: Instant,
) -> bool:
    """Store an event that a profile did at `time` (now when None); False when it was stored before.

    Of several calls with the same `message_id` the first counts.
    """
    stored = events.Event(
        name_checked(profile, "profile id"),
        name_checked(event, "event"),
        now if time is None else time,
        text_of(cleaned(properties)) if properties else None,
        None if message_id is None else message_digest(message_id),
    )
    with project.writing() as connection:
        change = settings.take(connection, settings.Counter.CHANGE)
        outcome = events.append(connection, [stored], change=change, call_at=now)
        _follow(project, connection, profile, now, "event")
    return outcome.added == 1


def survey(
    project: Project,
    profile: str,
    survey_key: str,
    action: str,
    answers: Mapping[str, Json],
    *,
    time: Instant | None = None,
    response_id: str | None = None,
    now: Instant,
) -> None:
    """Store a survey action: `seen`, `completed`, `dismissed`, or `partial` answers.

    A later call with the same `response_id` replaces the earlier one.
    """
    if action not in responses.ACTIONS:
        raise Refused(
            f"`{action}` is no survey action",
            code="bad-action",
            hint=f"use one of {', '.join(responses.ACTIONS)}",
        )
    stored = responses.Response(
        name_checked(profile, "profile id"),
        name_checked(survey_key, "survey"),
        action,
        now if time is None else time,
        text_of(cleaned(answers)) if answers else None,
        response=None if response_id is None else response_digest(survey_key, response_id),
    )
    with project.writing() as connection:
        change = settings.take(connection, settings.Counter.CHANGE)
        responses.append(connection, [stored], change=change, call_at=now)
        _follow(project, connection, profile, now, "survey")


def _follow(
    project: Project, connection: Connection, profile: str, now: Instant, cause: str
) -> None:
    number = profiles.profile_id(connection, profile)
    if number is not None:
        moment = Moment(settings.advance_clock(connection, now), project.zone)
        recheck(connection, project.catalog(), number, moment=moment, cause=cause)

"""Commands on one profile: profile, journey and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segql.cli.options import database_option, instant, json_option, now_option, opened
from segql.cli.output import put, put_json, put_json_lines, say

if TYPE_CHECKING:
    from segql.app.journeys import Stretch
    from segql.app.profiles import Seen
    from segql.app.reasons import Because


@click.command("profile")
@click.argument("id")
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Newest events shown.",
)
@database_option
@json_option
def profile_command(id: str, limit: int, database: Path, as_json: bool) -> None:
    """Show the profile ID: its traits, recent events, surveys and segments."""
    from segql.app.profiles import look_up

    with opened(database, read_only=True) as project:
        seen = look_up(project, id, limit=limit)
    if as_json:
        put_json(_as_json(seen))
        return
    for line in _lines(seen):
        put(line)


def _as_json(seen: Seen) -> dict[str, Any]:
    from segql.model.instants import iso

    profile = seen.profile
    return {
        "id": profile.external,
        "email": profile.email,
        "traits": dict(profile.traits),
        "account": None
        if profile.account is None
        else {"id": profile.account, "traits": dict(profile.account_traits)},
        "events": [
            {"event": done.name, "time": iso(done.time), "properties": done.properties}
            for done in seen.events
        ],
        "surveys": [
            {
                "survey": given.survey,
                "action": given.action,
                "time": iso(given.time),
                "answers": given.answers,
            }
            for given in seen.surveys
        ],
        "segments": [
            {"segment": stay.name, "entered": iso(stay.entered), "cause": stay.cause}
            for stay in seen.stays
        ],
    }


def _lines(seen: Seen) -> Iterator[str]:
    from segql.model.instants import iso

    profile = seen.profile
    yield profile.external + (f" <{profile.email}>" if profile.email else "")
    yield from _section("traits", _values(profile.traits))
    if profile.account is not None:
        yield from _section(f"account {profile.account}", _values(profile.account_traits))
    yield from _section(
        "newest events",
        [f"{iso(done.time)}  {done.name}  {_inline(done.properties)}" for done in seen.events],
    )
    yield from _section(
        "surveys",
        [
            f"{iso(given.time)}  {given.action} {given.survey}  {_inline(given.answers)}"
            for given in seen.surveys
        ],
    )
    yield from _section(
        "segments",
        [f"{stay.name}  since {iso(stay.entered)} ({stay.cause})" for stay in seen.stays],
    )


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{title}:"
        yield from (f"  {line}".rstrip() for line in lines)


def _values(values: Mapping[str, Any]) -> list[str]:
    return [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]


def _inline(values: Mapping[str, Any]) -> str:
    return " ".join(
        f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in values.items()
    )


@click.command("journey")
@click.argument("id")
@database_option
@json_option
def journey_command(id: str, database: Path, as_json: bool) -> None:
    """Tell in which segments the profile ID was, from when to when, and because of what.

    Stays of profiles that it absorbed are told too.
    """
    from segql.app.journeys import journey, lines

    with opened(database, read_only=True) as project:
        found = journey(project, id)
        zone = project.zone
    if as_json:
        put_json_lines(map(_stretch_json, found))
        return
    if not found:
        say(f"`{id}` has not been in any segment yet")
    for line in lines(found, zone):
        put(line)


def _stretch_json(one: Stretch) -> dict[str, Any]:
    from segql.model.instants import iso

    def because(why: Because) -> dict[str, Any]:
        return {"cause": why.cause, "id": why.cause_id, "words": why.words}

    return {
        "segment": one.segment,
        "archived": one.is_archived,
        "entered": iso(one.entered),
        "because": because(one.entered_because),
        "left": None if one.left is None else iso(one.left),
        "left_because": None if one.left_because is None else because(one.left_because),
        "as": one.known_as,
    }


@click.command("why")
@click.argument("segment")
@click.argument("profile")
@database_option
@now_option
@json_option
def why_command(
    segment: str, profile: str, database: Path, now_text: str | None, as_json: bool
) -> None:
    """Explain why PROFILE is in SEGMENT now, or at --now, or why not.

    A verdict per condition, what would flip those in the way, and when time alone changes it.
    """
    from segql.app.profiles import why
    from segql.model.instants import iso, local_text
    from segql.model.why import outlook_lines, to_dict

    with opened(database, read_only=True) as project:
        now = instant(now_text, project)
        found = why(project, segment, profile, now=now)
    if as_json:
        put_json({"segment": segment, "profile": profile, "now": iso(now), **to_dict(found)})
        return
    at = local_text(now, found.zone)
    put(f"{profile} is {'in' if found.holds else 'not in'} `{segment}` at {at}:")
    for line in (*str(found).splitlines(), *outlook_lines(found)):
        put(line)

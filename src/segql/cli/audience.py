"""Commands that show who is where: segments, members, count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from segql.cli.diagnostics import refuse_faulty
from segql.cli.options import database_option, instant, json_option, now_option, opened
from segql.cli.output import (
    INPUT_AT_FAULT,
    put,
    put_csv,
    put_json,
    put_json_lines,
    put_table,
    say,
)
from segql.model.display import bar, milliseconds, percent, sparkline

if TYPE_CHECKING:
    from segql.app.audience import Listed
    from segql.app.history import Was
    from segql.app.project import Project
    from segql.model.instants import Instant
    from segql.store.members import Member

Trends: TypeAlias = Mapping[str, Sequence[int]]
"""Members over time by segment; empty where nobody asked."""


_TREND_POINTS = 16
_DAY_MS = 86_400_000


@click.command("segments")
@click.option("--trend", "days", type=click.IntRange(1, 36_500), metavar="DAYS",
              help="Show how many members there were over the last days.")  # fmt: skip
@database_option
@now_option
@json_option
def segments_command(days: int | None, database: Path, now_text: str | None, as_json: bool) -> None:
    """List the segments with their members, how far a change has come, and what stopped one."""
    from segql.app.audience import listing
    from segql.app.history import size_over_time

    with opened(database, read_only=True) as project:
        listed = listing(project)
        trends = {}
        if days is not None:
            until = instant(now_text, project)
            since = max(0, until - days * _DAY_MS)
            trends = size_over_time(project, since=since, until=until, points=_TREND_POINTS)
        if as_json:
            put_json_lines({**_listed_json(one), **_trend_json(trends, one)} for one in listed)
            return
        if not listed:
            say("there are no segments yet; `segql apply FILE` makes some")
            return
        of = listed[0].of
        put_table(
            [("segment", "left"), ("members", "right"), ("share", "right"), ("", "left"),
             *([(f"last {days} d", "left")] if days else []), ("took", "right"), ("state", "left")],
            [_listed_row(one, trends) for one in listed],
        )  # fmt: skip
        put(f"{len(listed)} segments over {of:,} profiles")


def _listed_json(one: Listed) -> dict[str, Any]:
    from segql.language.format import format_rule
    from segql.model.instants import iso

    stored, written = one.entry.stored, one.entry.written
    return {
        "name": stored.name,
        "members": one.members,
        "of": one.of,
        "kind": stored.kind,
        "revision": stored.revision,
        "description": one.entry.description,
        "rule": format_rule(written.rule) if written is not None else None,
        "evaluated": None if stored.evaluated is None else iso(stored.evaluated),
        "took_ms": stored.took,
        "changed": None if one.changed is None else iso(one.changed),
        "due": one.is_due,
        "reached": one.reached,
        "error": one.error,
    }


def _trend_json(trends: Trends, one: Listed) -> dict[str, Any]:
    return {"trend": list(trends[one.entry.name])} if trends else {}


def _listed_row(one: Listed, trends: Trends) -> tuple[str, ...]:
    stored = one.entry.stored
    return (
        stored.name,
        f"{one.members:,}",
        percent(one.members, one.of),
        bar(one.members / one.of if one.of else 0),
        *([sparkline(trends[stored.name])] if trends else []),
        milliseconds(stored.took),
        _state(one),
    )


def _state(one: Listed) -> str:
    """Whether the members are exact, in words; empty where they are."""
    if one.error is not None:
        return f"not kept exact: {one.error}"
    if one.reached is not None:
        return f"applying revision {one.entry.stored.revision}, {one.reached:.0%}".replace(
            "%", " %"
        )
    if one.entry.is_manual:
        return "list"
    return "due" if one.is_due else ""


@click.command("members")
@click.argument("name")
@click.option("--at", "at_text", metavar="TIME", help="Those who were members at this instant.")
@click.option("--limit", type=click.IntRange(min=1), help="List so many at the most.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: profile, entered, cause.")
@database_option
@json_option
def members_command(
    name: str,
    at_text: str | None,
    limit: int | None,
    as_csv: bool,
    database: Path,
    as_json: bool,
) -> None:
    """List the members of the segment NAME, a profile id a line.

    With --at those who were in it then, as history knows: each from its entry until its exit.
    """
    from itertools import islice

    from segql.app.audience import members_of
    from segql.app.history import members_at
    from segql.model.instants import iso

    with opened(database, read_only=True) as project:
        found: Iterator[Member | Was] = members_of(project, name)
        if at_text is not None:
            found = members_at(project, name, instant(at_text, project))
        shown = islice(found, limit)
        if as_json or as_csv:
            rows = (
                {"profile": one.external, "entered": iso(one.entered), "cause": one.cause}
                for one in shown
            )
            if as_json:
                put_json_lines(rows)
            else:
                put_csv(("profile", "entered", "cause"), rows)
            return
        deleted = 0
        for one in shown:
            if one.external is None:
                deleted += 1
            else:
                put(one.external)
        if deleted:
            say(f"and {deleted:,} that {'was' if deleted == 1 else 'were'} deleted since")
        rest = sum(1 for _ in found)
        if rest:
            say(f"and {rest:,} more")


@click.command("count")
@click.argument("rule")
@database_option
@now_option
@json_option
def count_command(rule: str, database: Path, now_text: str | None, as_json: bool) -> int:
    """Count the profiles for which RULE holds now, or at --now.

    Traits have no history: a past --now uses today's traits.
    """
    from segql.app.audience import count
    from segql.model.instants import iso

    with opened(database, read_only=True) as project:
        if refuse_faulty(rule, project.vocabulary()):
            return INPUT_AT_FAULT
        now = instant(now_text, project)
        counted = count(project, rule, now=now)
        if now_text is not None:
            _say_past(project, now)
        if as_json:
            put_json({"count": counted.n, "of": counted.of, "now": iso(counted.now)})
        else:
            put(f"{counted.n:,} of {counted.of:,} profiles ({percent(counted.n, counted.of)})")
    return 0


def _say_past(project: Project, now: Instant) -> None:
    from segql.store.settings import clock

    if now < clock(project.connection):
        say("note: traits have no history, so a past time is answered with today's traits")

"""The command that lists segments, or shows one: segments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from segql.cli.options import database_option, instant, json_option, now_option, opened
from segql.cli.output import put, put_json, put_json_lines, put_table, say
from segql.model.display import bar, milliseconds, percent, sparkline

if TYPE_CHECKING:
    from segql.app.audience import Listed
    from segql.app.outlook import NextChange
    from segql.app.project import Project
    from segql.model.deliveries import Line
    from segql.model.instants import Instant

Trends: TypeAlias = Mapping[str, Sequence[int]]
"""Members over time by segment; empty where nobody asked."""


_TREND_POINTS = 16
_DAY_MS = 86_400_000


@click.command("segments")
@click.argument("name", required=False)
@click.option("--trend", "days", type=click.IntRange(1, 36_500), metavar="DAYS",
              help="Show how many members there were over the last days.")  # fmt: skip
@database_option
@now_option
@json_option
def segments_command(
    name: str | None, days: int | None, database: Path, now_text: str | None, as_json: bool
) -> None:
    """List the segments with their members, destinations, and whether they are exact.

    With NAME show that one: its rule, whom its lines tell, what stopped it, and when time alone
    will next change its members.
    """
    from segql.app.audience import listing

    with opened(database, read_only=True) as project:
        listed = listing(project)
        now = instant(now_text, project)
        trends = {} if days is None else _trends(project, days, now)
        if name is not None:
            stored = project.catalog().entry(name).stored.id
            [one] = [one for one in listed if one.entry.stored.id == stored]
            _put_one(project, one, trends, now, as_json=as_json)
        elif as_json:
            put_json_lines({**_listed_json(one), **_trend_json(trends, one)} for one in listed)
        elif not listed:
            say("there are no segments yet; `segql apply FILE` makes some")
        else:
            _put_listed(listed, trends, days)


def _trends(project: Project, days: int, until: Instant) -> Trends:
    from segql.app.history import size_over_time

    since = max(0, until - days * _DAY_MS)
    return size_over_time(project, since=since, until=until, points=_TREND_POINTS)


def _put_listed(listed: Sequence[Listed], trends: Trends, days: int | None) -> None:
    tells = any(one.lines for one in listed)
    put_table(
        [("segment", "left"), ("members", "right"), ("share", "right"), ("", "left"),
         *([(f"last {days} d", "left")] if days else []), ("took", "right"),
         *([("tells", "left")] if tells else []), ("state", "left")],
        [_listed_row(one, trends, tells=tells) for one in listed],
    )  # fmt: skip
    put(f"{len(listed)} segments over {listed[0].of:,} profiles")


def _put_one(project: Project, one: Listed, trends: Trends, now: Instant, *, as_json: bool) -> None:
    from segql.app.outlook import next_change

    upcoming = next_change(project, one.entry.name, now=now)
    if as_json:
        found = {**_listed_json(one), **_trend_json(trends, one)}
        put_json(found | {"next_change": next_json(upcoming)})
        return
    from segql.language.format import format_rule

    stored, written = one.entry.stored, one.entry.written
    put(f"{stored.name}, revision {stored.revision}")
    if one.entry.description:
        put(one.entry.description)
    if written is not None:
        put("")
        put(format_rule(written.rule))
    put("")
    trend = f"  {sparkline(trends[stored.name])}" if trends else ""
    put(f"members: {one.members:,} of {one.of:,} ({percent(one.members, one.of)}){trend}")
    put(f"state: {_state(one) or 'exact'}")
    for line in one.lines:
        put(_line_words(line))
    put(f"next change by time alone: {next_words(upcoming) or 'none within ten years'}")


def next_words(change: NextChange | None) -> str:
    """When time alone changes a segment, and for whom, in words; empty where it does not."""
    from segql.model.instants import iso

    if change is None:
        return ""
    return f"{iso(change.at)}: {change.profile} {'enters' if change.enters else 'leaves'}"


def next_json(change: NextChange | None) -> dict[str, Any]:
    """The same, for programs."""
    from segql.model.instants import iso

    if change is None:
        return {"at": None, "profile": None, "enters": None}
    return {"at": iso(change.at), "profile": change.profile, "enters": change.enters}


def _line_words(line: Line) -> str:
    """A line as it is written in a file."""
    from segql.language.write import quoted

    when = f"after {line.after}" if line.after is not None else f"on {line.what}"
    often = f" at most once every {line.cooldown}" if line.cooldown is not None else ""
    return f"{when} notify {quoted(line.destination)}{often}"


def _line_json(line: Line) -> dict[str, Any]:
    """A line as `segql convert` gives it, for one destination."""
    when = {"after": str(line.after)} if line.after is not None else {"on": str(line.what)}
    often = {} if line.cooldown is None else {"at_most_once_every": str(line.cooldown)}
    return {**when, "to": line.destination, **often}


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
        "lines": [_line_json(line) for line in one.lines],
        "due": one.is_due,
        "reached": one.reached,
        "error": one.error,
    }


def _trend_json(trends: Trends, one: Listed) -> dict[str, Any]:
    return {"trend": list(trends[one.entry.name])} if trends else {}


def _listed_row(one: Listed, trends: Trends, *, tells: bool) -> tuple[str, ...]:
    stored = one.entry.stored
    told = ", ".join(dict.fromkeys(line.destination for line in one.lines))
    return (
        stored.name,
        f"{one.members:,}",
        percent(one.members, one.of),
        bar(one.members / one.of if one.of else 0),
        *([sparkline(trends[stored.name])] if trends else []),
        milliseconds(stored.took),
        *([told] if tells else []),
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

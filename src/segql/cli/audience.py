"""Commands that show who is where: members, count."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.diagnostics import refuse_faulty
from segql.cli.options import database_option, instant, json_option, now_option, opened
from segql.cli.output import (
    INPUT_AT_FAULT,
    put,
    put_csv,
    put_json,
    put_json_lines,
    say,
)
from segql.model.display import percent

if TYPE_CHECKING:
    from segql.app.history import Was
    from segql.app.project import Project
    from segql.model.instants import Instant
    from segql.store.members import Member


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
    from segql.app.roster import COLUMNS, as_rows

    with opened(database, read_only=True) as project:
        found: Iterator[Member | Was] = members_of(project, name)
        if at_text is not None:
            found = members_at(project, name, instant(at_text, project))
        shown = islice(found, limit)
        if as_json or as_csv:
            if as_json:
                put_json_lines(as_rows(shown))
            else:
                put_csv(COLUMNS, as_rows(shown))
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

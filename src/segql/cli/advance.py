"""The command that lets time pass: advance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.options import database_option, instant, json_option, opened
from segql.cli.output import put_json, put_json_lines, put_table, say

if TYPE_CHECKING:
    from segql.app.project import Project


@click.command("advance")
@click.option("--dry-run", is_flag=True, help="Change nothing; show when time changes what next.")
@database_option
@click.option("--now", "now_text", metavar="TIME", help="Advance to TIME, not to the present.")
@json_option
def advance_command(dry_run: bool, database: Path, now_text: str | None, as_json: bool) -> None:
    """Bring every segment up to now: who enters and leaves because time has passed.

    Each flip has the instant at which it happens, however late this runs. Run it as often as
    members should be exact: it costs what there is to do.
    """
    from segql.app.advance import advance
    from segql.model.instants import iso

    with opened(database, read_only=dry_run) as project:
        if dry_run:
            _put_next(project, now_text, as_json=as_json)
            return
        done = advance(project, now=instant(now_text, project))
        if as_json:
            put_json(
                {
                    "now": iso(done.to),
                    "edges": done.edges,
                    "entered": done.entered,
                    "left": done.left,
                }
            )
            return
        say(f"advanced to {iso(done.to)}: {done.entered:,} entered, {done.left:,} left")


def _put_next(project: Project, now_text: str | None, *, as_json: bool) -> None:
    """When time alone next changes each segment, as the data are now."""
    from segql.app.outlook import next_change
    from segql.cli.listing import next_json, next_words

    now = instant(now_text, project)
    entries = sorted(project.catalog().order, key=lambda entry: entry.stored.id)
    found = [(one.name, next_change(project, one.name, now=now)) for one in entries]
    if as_json:
        put_json_lines({"segment": name, **next_json(change)} for name, change in found)
        return
    put_table(
        [("segment", "left"), ("next change", "left")],
        [(name, next_words(change)) for name, change in found],
    )

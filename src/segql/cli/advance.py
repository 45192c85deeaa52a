"""The command that lets time pass: advance."""

from __future__ import annotations

from pathlib import Path

import click

from segql.cli.options import database_option, instant, json_option, opened
from segql.cli.output import put_json, say


@click.command("advance")
@database_option
@click.option("--now", "now_text", metavar="TIME", help="Advance to TIME, not to the present.")
@json_option
def advance_command(database: Path, now_text: str | None, as_json: bool) -> None:
    """Bring every segment up to now: who enters and leaves because time has passed.

    Each flip has the instant at which it happens, however late this runs. Run it as often as
    members should be exact: it costs what there is to do.
    """
    from segql.app.advance import advance
    from segql.model.instants import iso

    with opened(database) as project:
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

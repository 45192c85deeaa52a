"""`segql init`: an empty project."""

from __future__ import annotations

from pathlib import Path

import click

from segql.cli.options import database_option, json_option
from segql.cli.output import put_json, say


@click.command("init")
@click.option(
    "--zone",
    default="UTC",
    show_default=True,
    help="The IANA time zone in which days, weeks and months are counted.",
)
@database_option
@json_option
def init_command(zone: str, database: Path, as_json: bool) -> None:
    """Make an empty project.

    Other commands that write make one by themselves, in UTC; the zone decides where days begin, so
    choose it first.
    """
    from segql.app.project import create_project

    with create_project(database, zone=zone) as project:
        if as_json:
            put_json({"db": str(database), "zone": project.zone.key})
        else:
            say(f"made {database}, time zone {project.zone.key}")

"""Commands on what was: changes, population."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.options import database_option, instant, json_option, opened
from segql.cli.output import put, put_json_lines, put_table, say
from segql.model.display import bar

if TYPE_CHECKING:
    from segql.app.history import Change

_DAY_MS = 86_400_000


@click.command("changes")
@click.argument("name", required=False)
@click.option("--since", metavar="WHEN", help="From this time on, or after this flip number.")
@click.option("--after", type=click.IntRange(min=0), metavar="FLIP",
              help="After this flip number: where the last page ended.")  # fmt: skip
@click.option("--limit", type=click.IntRange(min=1), default=1_000, show_default=True,
              help="List so many at the most.")  # fmt: skip
@database_option
@json_option
def changes_command(
    name: str | None,
    since: str | None,
    after: int | None,
    limit: int,
    database: Path,
    as_json: bool,
) -> None:
    """List who entered and left the segment NAME, or any segment, and because of what.

    Flips come in the order of their numbers. To go on where a page ended, whatever was written
    meanwhile, give the number of its last flip to --after.
    """
    from segql.app.history import changes
    from segql.model.instants import local_text

    with opened(database, read_only=True) as project:
        number, start = after or 0, 0
        if since is not None and since.isascii() and since.isdigit():
            number = max(number, int(since))
        elif since is not None:
            start = instant(since, project)
        page = changes(project, name, after=number, since=start, limit=limit)
        zone = project.zone
    if not page.is_complete:
        say("note: some of the flips asked for are not kept any more: see `segql settings`")
    if as_json:
        put_json_lines(map(_as_json, page.flips))
    else:
        for flip in page.flips:
            verb = "enters" if flip.enters else "leaves"
            put(
                f"{flip.number}  {local_text(flip.at, zone)}  {flip.profile or '(deleted)'} "
                f"{verb} {flip.segment}  ({flip.cause})"
            )
    if not page.is_last:
        say(f"there are more: go on with --after {page.next}")


def _as_json(flip: Change) -> dict[str, object]:
    from segql.model.instants import iso

    return {
        "flip": flip.number,
        "segment": flip.segment,
        "profile": flip.profile,
        "change": "enter" if flip.enters else "leave",
        "at": iso(flip.at),
        "cause": flip.cause,
        "cause_id": flip.cause_id,
    }


@click.command("population")
@click.argument("name")
@click.option("--since", metavar="TIME", help="Where to begin.  [default: 30 days before the end]")
@click.option("--until", metavar="TIME", help="Where to end.  [default: now]")
@click.option("--points", type=click.IntRange(2, 10_000), default=31, show_default=True,
              help="At how many instants, evenly spread.")  # fmt: skip
@database_option
@json_option
def population_command(
    name: str,
    since: str | None,
    until: str | None,
    points: int,
    database: Path,
    as_json: bool,
) -> None:
    """Show how many members the segment NAME had over time."""
    from segql.app.history import population
    from segql.model.instants import iso, local_text

    with opened(database, read_only=True) as project:
        end = instant(until, project)
        start = max(0, end - 30 * _DAY_MS) if since is None else instant(since, project)
        found = population(project, name, since=start, until=end, points=points)
        zone = project.zone
    is_partial = start < found.complete_from
    if is_partial:
        say(f"note: history is complete from {local_text(found.complete_from, zone)} on")
    if as_json:
        put_json_lines(
            {"at": iso(at), "members": size, "complete": at >= found.complete_from}
            for at, size in found.points
        )
        return
    most = max(size for _, size in found.points)
    put_table(
        [("at", "left"), ("members", "right"), ("", "left")],
        [
            (local_text(at, zone), f"{size:,}", bar(size / most if most else 0))
            for at, size in found.points
        ],
    )

"""Commands on what was: changes, population, settings, prune."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.options import database_option, instant, json_option, now_option, opened
from segql.cli.output import put, put_json, put_json_lines, put_table, say
from segql.model.display import bar

if TYPE_CHECKING:
    from segql.app.history import Change
    from segql.app.project import Project
    from segql.model.instants import Instant

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


@click.command("settings")
@click.option("--keep-history", metavar="DAYS", help="Keep intervals that are over for so many "
              "days, or `forever`.")  # fmt: skip
@database_option
@json_option
def settings_command(keep_history: str | None, database: Path, as_json: bool) -> None:
    """Show the project's settings, and change them.

    Who is in a segment is always kept, with its beginning. Intervals that are over are kept for
    ever unless --keep-history says otherwise; `segql prune` takes away what is older, and so do
    bulk computations and `segql advance`, some of it at a time.
    """
    from segql.app.history import kept, retain

    days = _days(keep_history)
    with opened(database, read_only=keep_history is None) as project:
        if keep_history is not None:
            retain(project, days)
        found = kept(project)
        _put_settings(project, found.days, found.complete_from, as_json=as_json)


def _days(text: str | None) -> int | None:
    if text is None or text == "forever":
        return None
    number = text.removesuffix("d")
    if not (number.isascii() and number.isdigit()):
        raise click.BadParameter(f"`{text}` is no number of days, nor `forever`")
    return int(number)


def _put_settings(
    project: Project, days: int | None, complete_from: Instant, *, as_json: bool
) -> None:
    from segql.model.instants import iso

    if as_json:
        put_json(
            {
                "zone": project.zone.key,
                "keep_history_days": days,
                "history_complete_from": iso(complete_from) if complete_from else None,
            }
        )
        return
    put(f"time zone: {project.zone.key}")
    put(f"history is kept: {'for ever' if days is None else f'{days:,} days'}")
    if complete_from:
        put(f"history is complete from: {iso(complete_from)}")


@click.command("prune")
@database_option
@now_option
@json_option
def prune_command(database: Path, now_text: str | None, as_json: bool) -> None:
    """Take away the history that is older than `segql settings --keep-history` says."""
    from segql.app.history import forget, kept

    with opened(database) as project:
        gone = forget(project, now=instant(now_text, project))
        days = kept(project).days
    if as_json:
        put_json({"removed": gone, "keep_history_days": days})
    elif days is None:
        say("history is kept for ever; set a limit with `segql settings --keep-history DAYS`")
    else:
        say(f"removed {gone:,} interval{'' if gone == 1 else 's'} older than {days:,} days")

"""Commands on what is kept: settings, prune."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.options import database_option, instant, json_option, now_option, opened
from segql.cli.output import put, put_json, say
from segql.model.display import several

if TYPE_CHECKING:
    from segql.app.project import Project


@click.command("settings")
@click.option("--keep-history", metavar="DAYS", help="Keep intervals that are over for so many "
              "days, or `forever`.")  # fmt: skip
@click.option("--keep-outbox", metavar="DAYS", help="Keep rows of the outbox that are pending no "
              "more for so many days, or `forever`.")  # fmt: skip
@database_option
@json_option
def settings_command(
    keep_history: str | None, keep_outbox: str | None, database: Path, as_json: bool
) -> None:
    """Show the project's settings, and change them.

    Who is in a segment is always kept, with its beginning, and so is what waits to be told.
    Everything else is kept for ever unless --keep-history and --keep-outbox say otherwise;
    `segql prune` takes away what is older, and so do bulk computations and `segql advance`, some of
    it at a time.
    """
    from segql.app import history, outbox

    for_history, for_outbox = _days(keep_history), _days(keep_outbox)
    changes = keep_history is not None or keep_outbox is not None
    with opened(database, read_only=not changes) as project:
        if keep_history is not None:
            history.retain(project, for_history)
        if keep_outbox is not None:
            outbox.retain(project, for_outbox)
        _put_settings(project, as_json=as_json)


def _days(text: str | None) -> int | None:
    if text is None or text == "forever":
        return None
    number = text.removesuffix("d")
    if not (number.isascii() and number.isdigit()):
        raise click.BadParameter(f"`{text}` is no number of days, nor `forever`")
    return int(number)


def _put_settings(project: Project, *, as_json: bool) -> None:
    from segql.app import history, outbox
    from segql.model.instants import iso

    kept, outbox_days = history.kept(project), outbox.kept_days(project)
    if as_json:
        put_json(
            {
                "zone": project.zone.key,
                "keep_history_days": kept.days,
                "history_complete_from": iso(kept.complete_from) if kept.complete_from else None,
                "keep_outbox_days": outbox_days,
            }
        )
        return
    put(f"time zone: {project.zone.key}")
    put(f"history is kept: {_for(kept.days)}")
    if kept.complete_from:
        put(f"history is complete from: {iso(kept.complete_from)}")
    put(f"the outbox is kept: {_for(outbox_days)}")


def _for(days: int | None) -> str:
    return "for ever" if days is None else f"{days:,} days"


@click.command("prune")
@database_option
@now_option
@json_option
def prune_command(database: Path, now_text: str | None, as_json: bool) -> None:
    """Take away what is older than `segql settings` says: history, and rows of the outbox.

    Rows that wait to be told stay, and those that a cool-down counts from.
    """
    from segql.app import history, outbox

    with opened(database) as project:
        now = instant(now_text, project)
        intervals, rows = history.forget(project, now=now), outbox.forget(project, now=now)
        history_days, outbox_days = history.kept(project).days, outbox.kept_days(project)
    if as_json:
        put_json(
            {
                "removed": intervals,
                "keep_history_days": history_days,
                "removed_outbox": rows,
                "keep_outbox_days": outbox_days,
            }
        )
        return
    _say_gone("history", "interval", intervals, history_days)
    _say_gone("outbox", "row", rows, outbox_days)


def _say_gone(what: str, of: str, gone: int, days: int | None) -> None:
    if days is None:
        say(f"the {what} is kept for ever; set a limit with `segql settings --keep-{what} DAYS`")
    else:
        say(f"removed {gone:,} {several(gone, of)} older than {days:,} days")

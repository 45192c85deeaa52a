"""`segql import profiles|events|responses FILE`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from segql.cli.options import Command, database_option, instant, json_option, now_option, opened
from segql.cli.output import INPUT_AT_FAULT, INTERRUPTED, put_json, say
from segql.cli.progress import progress
from segql.model.display import milliseconds

if TYPE_CHECKING:
    from segql.app.follow import Followed, Options

_SHOWN_REJECTS = 10


@click.group("import")
def import_command() -> None:
    """Import profiles, events or responses from CSV or JSONL; `-` is standard input.

    A bad row is reported and never stops the rest. Importing a file again, or the file with rows
    added, adds only what is new. Segments that read what came are recomputed, without deliveries.
    """


def _file_options(command: Command) -> Command:
    """The options that all three kinds share."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(allow_dash=True, path_type=Path)),
            click.option("--profile", metavar="COLUMN", help="The profile's id.  [default: "
                         "profile, id or user_id, whichever is there]"),
            click.option("--format", type=click.Choice(["csv", "jsonl"]),
                         help="Instead of going by the file's ending."),
            click.option("--delimiter", metavar="CHAR", help="Between the cells of a CSV."),
            click.option("--time-format", metavar="FMT",
                         help="Of times, in strptime's letters, where they are not ISO 8601."),
            click.option("--rejects", type=click.Path(dir_okay=False, path_type=Path),
                         help="Keep rows that could not be imported in this file."),
            click.option("--source", metavar="NAME",
                         help="Rows of different sources are never taken for the same."),
            click.option("--progress/--no-progress", "show_progress", default=None,
                         help="Show a progress bar.  [default: on a terminal]"),
            database_option,
            now_option,
            json_option,
        )
    ):  # fmt: skip
        command = option(command)
    return command


@import_command.command("profiles")
@_file_options
@click.option("--email", metavar="COLUMN", help="The e-mail address.  [default: email, if there]")
@click.option("--account", metavar="COLUMN", help="The account's id.  [default: account, if there]")
@click.option("--time", metavar="COLUMN", help="When the row was true: first and last seen.")
def profiles_command(**given: Any) -> int:
    """Import profiles: the columns not named become traits.

    Columns called `account.NAME` become traits of the account.
    """
    from segql.app.import_options import ProfileOptions

    return _import(ProfileOptions, given)


@import_command.command("events")
@_file_options
@click.option("--time", metavar="COLUMN", default="time", show_default=True, help="The instant.")
@click.option("--event", metavar="COLUMN", help="The event's name.  [default: event]")
@click.option("--event-name", metavar="NAME", help="The name of all events, instead of a column.")
@click.option("--message-id", metavar="COLUMN", help="Tells events apart, instead of content.")
def events_command(**given: Any) -> int:
    """Import events: the columns not named become properties."""
    from segql.app.import_options import EventOptions

    if given["event"] and given["event_name"]:
        raise click.UsageError("use --event or --event-name, not both")
    return _import(EventOptions, given)


@import_command.command("responses")
@_file_options
@click.option("--time", metavar="COLUMN", default="time", show_default=True, help="The instant.")
@click.option("--survey", metavar="COLUMN", help="The survey's key.  [default: survey]")
@click.option("--survey-name", metavar="KEY", help="The key of the one survey, not a column.")
@click.option(
    "--action",
    metavar="COLUMN",
    help="seen, completed, dismissed or partial.  [default: action; without it, completed]",
)
@click.option("--response-id", metavar="COLUMN", help="Later rows of a response replace earlier.")
def responses_command(**given: Any) -> int:
    """Import survey responses: the columns not named become answers."""
    from segql.app.import_options import ResponseOptions

    if given["survey"] and given["survey_name"]:
        raise click.UsageError("use --survey or --survey-name, not both")
    return _import(ResponseOptions, given)


def _import(kind: Callable[..., Options], given: dict[str, Any]) -> int:
    from segql.app.follow import import_file

    own = {"file", "database", "now_text", "as_json", "show_progress"}
    options = kind(**{name: value for name, value in given.items() if name not in own})
    began = time.perf_counter()
    with opened(given["database"], create=True) as project:
        shown = given["show_progress"]
        with progress("importing", unit="rows", shown=shown) as advance:
            followed = import_file(
                project,
                _opened(given["file"]),
                options,
                now=lambda: instant(given["now_text"], project),
                name="standard input" if str(given["file"]) == "-" else None,
                on_import=lambda at: advance(at.rows, at.rows_in_all, ""),
                on_recompute=lambda done, total, name: advance(done, total, f"→ {name}"),
            )
    took_ms = round(1000 * (time.perf_counter() - began))
    if given["as_json"]:
        put_json(_as_json(followed, took_ms))
    else:
        _say(followed, took_ms)
    if followed.report.interrupted:
        return INTERRUPTED
    nothing_fit = 0 < followed.report.rows == followed.report.rejected
    return INPUT_AT_FAULT if nothing_fit else 0


def _opened(file: Path) -> Path | BinaryIO:
    return sys.stdin.buffer if str(file) == "-" else file


def _as_json(followed: Followed, took_ms: int) -> dict[str, Any]:
    report = followed.report
    return {
        "kind": report.kind,
        "rows": report.rows,
        "added": report.added,
        "changed": report.changed,
        "present": report.present,
        "rejected": report.rejected,
        "new_profiles": report.new_profiles,
        "rejects": [{"line": reject.line, "reason": reject.reason} for reject in report.rejects],
        "recomputed": [result.name for result in followed.recomputed],
        "interrupted": report.interrupted,
        "took_ms": took_ms,
    }


def _say(followed: Followed, took_ms: int) -> None:
    report = followed.report
    for reject in report.rejects[:_SHOWN_REJECTS]:
        say(f"{report.name}:{reject.line}: {reject.reason}", style="yellow")
    if report.rejected > _SHOWN_REJECTS:
        say(f"… and {report.rejected - _SHOWN_REJECTS:,} more rows were rejected", style="yellow")
    for note in report.notes:
        say(f"note: {note}")
    if report.interrupted:
        say("interrupted: what is counted here was stored, the rest of the file was not")
    parts = [f"{report.added:,} added"]
    if report.changed:
        parts.append(f"{report.changed:,} changed")
    parts.append(f"{report.present:,} already there")
    parts.append(f"{report.rejected:,} rejected")
    rate = report.rows * 1000 // max(took_ms, 1)
    say(
        f"{report.rows:,} {report.kind} read: {', '.join(parts)}; "
        f"{report.new_profiles:,} new profiles; {milliseconds(took_ms)}, {rate:,} rows/s"
    )
    if followed.recomputed:
        entered = sum(result.entered for result in followed.recomputed)
        left = sum(result.left for result in followed.recomputed)
        number = len(followed.recomputed)
        say(f"recomputed {number} segments: {entered:,} entered, {left:,} left")

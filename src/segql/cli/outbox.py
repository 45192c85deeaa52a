"""The command that shows what is to be told to destinations: outbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segql.cli.options import database_option, json_option, opened
from segql.cli.output import put, put_json, put_json_lines, put_table, say

if TYPE_CHECKING:
    from segql.store.outbox import Row

_WORDS = {"enter": "entered", "leave": "left"}


@click.command("outbox")
@click.option("--segment", metavar="NAME", help="Only rows about this segment.")
@click.option("--to", "destination", metavar="NAME", help="Only rows for this destination.")
@click.option(
    "--state",
    type=click.Choice(["pending", "skipped", "any"]),
    default="pending",
    show_default=True,
    help="Rows to be told, rows that fell into a cool-down, or both.",
)
@click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--count", "counting", is_flag=True, help="Count rows by destination and state.")
@database_option
@json_option
def outbox_command(
    segment: str | None,
    destination: str | None,
    state: str,
    limit: int,
    counting: bool,
    database: Path,
    as_json: bool,
) -> None:
    """List what is to be told to the destinations of segments, the first due first.

    Nothing is delivered yet: rows wait.
    """
    from segql.app.outbox import counts, listed
    from segql.model.deliveries import State
    from segql.model.instants import local_text

    with opened(database, read_only=True) as project:
        if counting:
            _put_counts(counts(project), as_json=as_json)
            return
        chosen = None if state == "any" else State(state)
        rows = listed(
            project, segment=segment, destination=destination, state=chosen, limit=limit + 1
        )
        shown, has_more = rows[:limit], len(rows) > limit
        if as_json:
            put_json_lines(map(_row_json, shown))
        elif not shown:
            say("there is nothing in the outbox" if chosen is None else f"nothing is {state}")
        else:
            put_table(
                [("when", "left"), ("profile", "left"), ("what", "left"), ("segment", "left"),
                 ("destination", "left"), ("state", "left")],
                [
                    (local_text(row.instant, project.zone), row.profile, _what(row), row.segment,
                     row.destination, row.state)
                    for row in shown
                ],
            )  # fmt: skip
        if has_more:
            say(f"and more; --limit lists more than {limit}")


def _what(row: Row) -> str:
    return _WORDS.get(row.what, f"stayed {row.after}")


def _row_json(row: Row) -> dict[str, Any]:
    from segql.model.instants import iso

    return {
        "id": row.id,
        "what": row.what,
        **({} if row.after is None else {"after": row.after}),
        "segment": row.segment,
        "profile": row.profile,
        "destination": row.destination,
        "flip": row.flip,
        "time": iso(row.instant),
        "due": iso(row.due),
        "state": row.state,
    }


def _put_counts(counted: Mapping[tuple[str, str], int], *, as_json: bool) -> None:
    if as_json:
        for (destination, state), n in counted.items():
            put_json({"destination": destination, "state": state, "rows": n})
        return
    for (destination, state), n in counted.items():
        put(f"{destination}: {n:,} {state}")
    if not counted:
        say("there is nothing in the outbox")

"""`segql segment`: fixed lists of profiles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from segql.cli.options import Command, database_option, instant, json_option, now_option, opened
from segql.cli.output import INPUT_AT_FAULT, put_json, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from segql.app.lists import Listed, Row

_SHOWN_REJECTS = 10


@click.group("segment")
def segment_command() -> None:
    """Keep fixed lists of profiles, which rules read as any other segment."""


def _list_options(command: Command) -> Command:
    """What both commands take."""
    for option in reversed(
        (
            click.argument("name"),
            click.argument("file", type=click.Path(allow_dash=True, path_type=Path)),
            click.option("--column", metavar="COLUMN", help="The profile's id.  [default: "
                         "profile, id or user_id, whichever is there]"),
            click.option("--delimiter", metavar="CHAR", help="Between the cells of a CSV."),
            database_option,
            now_option,
            json_option,
        )
    ):  # fmt: skip
        command = option(command)
    return command


@segment_command.command("add-profiles")
@_list_options
@click.option("--description", metavar="TEXT", help="What the list is.")
def add_profiles_command(
    name: str, file: Path, database: Path, now_text: str | None, as_json: bool, **given: Any
) -> int:
    """Put the profiles in FILE on the list NAME, which is made if it is new.

    FILE is a CSV with a header, JSONL, or an id on each line; `-` is standard input. Ids that no
    profile has are rejected. Segments that read the list follow, without deliveries.
    """
    from segql.app.lists import add_profiles

    description = given.pop("description")
    with opened(database) as project:
        done = add_profiles(
            project, name, _rows(file, given), now=instant(now_text, project),
            description=description,
        )  # fmt: skip
    return _tell(done, file, as_json=as_json, words=("added", "already on it"))


@segment_command.command("remove-profiles")
@_list_options
def remove_profiles_command(
    name: str, file: Path, database: Path, now_text: str | None, as_json: bool, **given: Any
) -> int:
    """Take the profiles in FILE off the list NAME."""
    from segql.app.lists import remove_profiles

    with opened(database) as project:
        done = remove_profiles(project, name, _rows(file, given), now=instant(now_text, project))
    return _tell(done, file, as_json=as_json, words=("removed", "not on it"))


def _rows(file: Path, given: dict[str, Any]) -> Iterator[Row]:
    from segql.app.lists import rows_in

    if str(file) == "-":
        return rows_in(sys.stdin.buffer, name="standard input", **given)
    return rows_in(file, name=str(file), **given)


def _tell(done: Listed, file: Path, *, as_json: bool, words: tuple[str, str]) -> int:
    """Say what became of the list; the exit code."""
    rejected = len(done.rejects)
    if as_json:
        put_json(
            {
                "name": done.name,
                "created": done.created,
                words[0]: done.changed,
                words[1].replace(" ", "_"): done.present,
                "rejected": rejected,
                "rejects": [{"line": one.line, "reason": one.reason} for one in done.rejects],
                "members": done.members,
            }
        )
    else:
        where = "standard input" if str(file) == "-" else file
        for one in done.rejects[:_SHOWN_REJECTS]:
            say(f"{where}:{one.line}: {one.reason}", style="yellow")
        if rejected > _SHOWN_REJECTS:
            say(f"… and {rejected - _SHOWN_REJECTS:,} more rows were rejected", style="yellow")
        if not done.exists:
            say(f"the list `{done.name}` was not made: none of these profiles exists")
            return INPUT_AT_FAULT
        if done.created:
            say(f"made the list `{done.name}`")
        say(
            f"{done.changed:,} {words[0]}, {done.present:,} {words[1]}, {rejected:,} rejected; "
            f"`{done.name}` has {done.members:,} members"
        )
    return INPUT_AT_FAULT if rejected and not done.changed and not done.present else 0

"""Commands on the texts that a segment has had: history, diff, restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.options import (
    database_option,
    instant,
    json_option,
    notify_option,
    now_option,
    opened,
)
from segql.cli.output import put, put_json, put_json_lines, put_table, say

if TYPE_CHECKING:
    from segql.app.revisions import Side


class _Revision(click.ParamType[tuple[str, int]]):
    """A segment's name and the number of a revision, as in `pro@3`."""

    name = "revision"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        name, at, number = str(value).rpartition("@")
        if not at or not name or not number.isascii() or not number.isdigit():
            self.fail(f"`{value}` is no revision; write NAME@NUMBER, as in `pro@3`", param, ctx)
        return name, int(number)


_REVISION = _Revision()


@click.command("history")
@click.argument("name")
@database_option
@json_option
def history_command(name: str, database: Path, as_json: bool) -> None:
    """List the revisions of the segment NAME: when each was made, and what it changed."""
    from segql.app.revisions import changed_lines, revisions_of
    from segql.model.instants import iso

    with opened(database, read_only=True) as project:
        found = revisions_of(project, name)
    if as_json:
        put_json_lines(
            {"revision": one.number, "created": iso(one.created), "text": one.text} for one in found
        )
        return
    rows = []
    for before, one in zip((None, *found), found, strict=False):
        added, gone = changed_lines(before, one)
        rows.append((str(one.number), iso(one.created), f"+{added} -{gone} lines"))
    put_table([("revision", "right"), ("made", "left"), ("change", "left")], rows)


@click.command("diff")
@click.argument("first", type=_REVISION)
@click.argument("second", type=_REVISION)
@database_option
@now_option
@json_option
def diff_command(
    first: tuple[str, int],
    second: tuple[str, int],
    database: Path,
    now_text: str | None,
    as_json: bool,
) -> None:
    """Compare two revisions, such as pro@3 and pro@5: their texts, and who is in one only."""
    from segql.app.revisions import compare

    with opened(database) as project:
        compared = compare(project, first, second, now=instant(now_text, project))
    sides = {
        f"{first[0]}@{first[1]}": compared.first_only,
        f"{second[0]}@{second[1]}": compared.second_only,
    }
    if as_json:
        only = [
            {"revision": label, "only": side.n, "sample": list(side.sample)}
            for label, side in sides.items()
        ]
        put_json({"text": list(compared.lines), "members": only, "both": compared.both})
        return
    for line in compared.lines:
        put(line)
    for label, side in sides.items():
        put(f"only in {label}: {side.n:,}{_named(side)}")
    put(f"in both: {compared.both:,}")


def _named(side: Side) -> str:
    if not side.sample:
        return ""
    more = ", …" if side.n > len(side.sample) else ""
    return f" ({', '.join(side.sample)}{more})"


@click.command("restore")
@click.argument("revision", type=_REVISION)
@notify_option
@database_option
@now_option
@json_option
def restore_command(
    revision: tuple[str, int],
    notify: bool,
    database: Path,
    now_text: str | None,
    as_json: bool,
) -> None:
    """Give a segment the text of an old revision, such as pro@3, as a new one."""
    from segql.app.revisions import restore, revisions_of

    name, number = revision
    with opened(database) as project:
        restore(project, name, number, now=instant(now_text, project), notify=notify)
        newest = revisions_of(project, name)[-1].number
    if as_json:
        put_json({"name": name, "restored": number, "revision": newest})
    else:
        say(f"`{name}` has the text of revision {number} again, as revision {newest}")

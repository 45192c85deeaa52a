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


class _Revision(click.ParamType[tuple[str, int | None]]):
    """A segment's name and the number of a revision, as in `pro@3`; the name alone is the newest.

    With `must_have_number` the name alone is refused.
    """

    name = "revision"

    def __init__(self, *, must_have_number: bool) -> None:
        self.must_have_number = must_have_number

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int | None]:
        name, at, number = str(value).rpartition("@")
        if at and name and number.isascii() and number.isdigit():
            return name, int(number)
        if self.must_have_number:
            self.fail(f"`{value}` is no revision; write NAME@NUMBER, as in `pro@3`", param, ctx)
        return str(value), None


@click.command("history")
@click.argument("name")
@database_option
@json_option
def history_command(name: str, database: Path, as_json: bool) -> None:
    """List the revisions of the segment NAME: when each was made, and what it changed."""
    from segql.app.revisions import changed_lines, revisions_of
    from segql.model.instants import iso, local_text

    with opened(database, read_only=True) as project:
        found = revisions_of(project, name)
        zone = project.zone
    if as_json:
        put_json_lines(
            {"revision": one.number, "created": iso(one.created), "text": one.text} for one in found
        )
        return
    rows = []
    for before, one in zip((None, *found), found, strict=False):
        added, gone = changed_lines(before, one)
        first = next(other.number for other in found if other.text == one.text)
        same = f", as revision {first}" if first != one.number else ""
        change = f"+{added} -{gone} lines{same}"
        rows.append((str(one.number), local_text(one.created, zone), change))
    put_table([("revision", "right"), ("made", "left"), ("change", "left")], rows)


@click.command("diff")
@click.argument("first", type=_Revision(must_have_number=False))
@click.argument("second", type=_Revision(must_have_number=False), required=False)
@database_option
@now_option
@json_option
def diff_command(
    first: tuple[str, int | None],
    second: tuple[str, int | None] | None,
    database: Path,
    now_text: str | None,
    as_json: bool,
) -> None:
    """Compare two revisions, such as pro@3 and pro@5: their texts, and who is in one only.

    A name alone is its newest revision; without SECOND that is compared with FIRST, and where FIRST
    is the newest, with the one before.
    """
    from segql.app.revisions import compare, newest

    with opened(database) as project:
        old = first[0], first[1] or newest(project, first[0])
        name, number = second or (first[0], None)
        new = name, number or newest(project, name)
        if second is None and old == new and new[1] > 1:
            old = name, new[1] - 1
        compared = compare(project, old, new, now=instant(now_text, project))
    sides = {
        f"{old[0]}@{old[1]}": compared.first_only,
        f"{new[0]}@{new[1]}": compared.second_only,
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
@click.argument("revision", type=_Revision(must_have_number=True))
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
    from segql.app.revisions import newest, restore
    from segql.cli.segments import say_recomputed

    name, number = revision
    with opened(database) as project:
        before = newest(project, name)
        done = restore(project, name, number, now=instant(now_text, project), notify=notify)
        after = newest(project, name)
    if as_json:
        put_json({"name": name, "restored": number, "revision": after})
    elif before == after:
        say(f"`{name}` has that text already, as revision {after}")
    else:
        say(f"`{name}` has the text of revision {number} again, as revision {after}")
        say_recomputed(done.recomputed)

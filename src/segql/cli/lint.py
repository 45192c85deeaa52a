"""The command that lints `.segql` files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import frozen

from segql.cli.diagnostics import Form, read_segments, show
from segql.cli.options import (
    database_option,
    form_option,
    instant,
    is_database_left_out,
    json_option,
    now_option,
    opened,
)
from segql.cli.output import INPUT_AT_FAULT, put_as_it_is, put_table, put_values, say
from segql.model.display import several

if TYPE_CHECKING:
    from segql.app.lint import Mended
    from segql.app.project import Project
    from segql.app.sources import SourceFile


@frozen
class Listed:
    """A code, as `--list --json` says it."""

    code: str
    about: str
    says: str
    fix_changes_members: bool


@click.command("lint")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--fix", is_flag=True, help="Apply the fixes that leave who is in as it is.")
@click.option("--fix-all", is_flag=True, help="Apply all fixes, also those that change who is in.")
@click.option("--strict", is_flag=True, help="Warnings are errors.")
@click.option(
    "--used",
    multiple=True,
    metavar="NAME",
    help="A segment that something outside uses; given all, others may be unused. Repeatable.",
)
@click.option("--list", "only_list", is_flag=True, help="Print what may be found, code by code.")
@form_option
@database_option
@now_option
@json_option
@click.pass_context
def lint_command(
    context: click.Context,
    paths: tuple[Path, ...],
    fix: bool,
    fix_all: bool,
    strict: bool,
    used: tuple[str, ...],
    only_list: bool,
    form: Form,
    database: Path,
    now_text: str | None,
    as_json: bool,
) -> int:
    """Say what a reviewer would say of .segql files or folders of them (`-`: standard input).

    Without PATHS, of the project's segments. Where the project's database is there, who is in the
    segments is looked at too. A line is excused by `# lint: allow CODE because …` at its end or
    above it. Ends with 1 on errors.
    """
    if only_list:
        _list(as_json=as_json)
        return 0
    if (fix or fix_all) and not paths:
        context.fail("--fix changes files; name some")
    form = "json" if as_json else form
    files = read_segments(paths) if paths else None
    is_left_out = files is not None and is_database_left_out(context) and not database.exists()
    with _perhaps_opened(None if is_left_out else database) as project:
        from segql.app.lint import linted, mended
        from segql.app.sources import stored_files

        read = stored_files(project) if files is None and project is not None else files or ()
        if fix or fix_all:
            done = mended(read, project, changing=fix_all)
            for one in done:
                _write(one)
            read = tuple(one.file for one in done)
        found = linted(
            read,
            project,
            used=frozenset(used) if used else None,
            is_whole=files is None or any(path.is_dir() for path in paths),
            now=None if project is None else instant(now_text, project),
            strict=strict,
        )
    faulty = show(found, form=form)
    if form == "text":
        _sum_up(found, "" if is_left_out else f" against the data in {database}")
    return INPUT_AT_FAULT if faulty else 0


@contextmanager
def _perhaps_opened(database: Path | None) -> Iterator[Project | None]:
    if database is None:
        yield None
    else:
        with opened(database, read_only=True) as project:
            yield project


def _write(one: Mended) -> None:
    """Put a mended file in its place; standard input goes to standard output."""
    from segql.app.formatting import rewrite

    if one.file.path is None:
        put_as_it_is(one.file.text)
    elif one.fixes:
        rewrite(one.file.path, one.file.text)
        number = f"{one.fixes} {several(one.fixes, 'finding')}"
        say(f"fixed {number} in {one.file.name}")


def _sum_up(files: Sequence[SourceFile], against: str) -> None:
    from segql.app.lint import codes

    found = [one for file in files for one in file.diagnostics]
    number = sum(len(file.parsed.segments) for file in files)
    segments = f"{number} {several(number, 'segment')} linted{against}"
    if not found:
        say(f"{segments}, nothing found")
        return
    changing = {code.name: code.changes_members for code in codes()}
    fixable = [changing[one.code] for one in found if one.fix and one.code in changing]
    ways = (("--fix", fixable.count(False)), ("--fix-all", fixable.count(True)))
    fixes = "".join(f", {count} mended by {option}" for option, count in ways if count)
    say(f"{segments}, {len(found)} {several(len(found), 'finding')}{fixes}")


def _list(*, as_json: bool) -> None:
    from segql.app.lint import codes

    if as_json:
        put_values(Listed(one.name, one.about, one.says, one.changes_members) for one in codes())
    else:
        rows = [(one.name, one.says) for one in codes()]
        put_table([("code", "left"), ("what is found", "left")], rows)

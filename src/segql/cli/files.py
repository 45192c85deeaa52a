"""The command that checks `.segql` files."""

from __future__ import annotations

from pathlib import Path

import click

from segql.cli.diagnostics import Form, read_segments, show
from segql.cli.options import (
    database_option,
    form_option,
    is_database_left_out,
    json_option,
    opened,
)
from segql.cli.output import INPUT_AT_FAULT, say
from segql.model.display import several


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--strict", is_flag=True, help="Warnings are errors, as names that nobody has.")
@form_option
@database_option
@json_option
@click.pass_context
def check_command(
    context: click.Context,
    paths: tuple[Path, ...],
    strict: bool,
    form: Form,
    database: Path,
    as_json: bool,
) -> int:
    """Check .segql files or folders of them (`-`: standard input); without PATHS, the project.

    Prints errors, warnings and hints with their places and fixes. Where the project's database is
    there, names and values are compared with its data. Ends with 1 on errors.
    """
    from segql.app.checks import check_together
    from segql.app.sources import stored_files

    form = "json" if as_json else form
    read = read_segments(paths) if paths else None
    if read is not None and is_database_left_out(context) and not database.exists():
        files = check_together(read, strict=strict)
        against = ""
    else:
        with opened(database, read_only=True) as project:
            chosen = stored_files(project) if read is None else read
            files = check_together(chosen, project.vocabulary(), strict=strict)
        against = f" against the data in {database}"
    faulty = show(files, form=form)
    if not faulty and form == "text":
        number = sum(len(file.written) for file in files)
        say(f"{number} {several(number, 'segment')} checked{against}, no errors")
    return INPUT_AT_FAULT if faulty else 0

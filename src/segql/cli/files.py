"""The command that checks `.segql` files."""

from __future__ import annotations

from pathlib import Path

import click

from segql.cli.diagnostics import read_segments, show
from segql.cli.options import database_option, json_option, opened
from segql.cli.output import INPUT_AT_FAULT, say


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@database_option
@json_option
def check_command(paths: tuple[Path, ...], database: Path, as_json: bool) -> int:
    """Check .segql files or folders of them (`-`: standard input); without PATHS, the project.

    Prints errors, warnings and hints with their places and fixes. Ends with 1 on errors.
    """
    from segql.app.sources import check_together, stored_files

    if paths:
        files = check_together(read_segments(paths))
    else:
        with opened(database, read_only=True) as project:
            files = check_together(stored_files(project))
    faulty = show(files, as_json=as_json)
    if not faulty and not as_json:
        number = sum(len(file.written) for file in files)
        say(f"{number} segment{'' if number == 1 else 's'} checked, no errors")
    return INPUT_AT_FAULT if faulty else 0

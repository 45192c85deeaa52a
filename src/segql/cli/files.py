"""Commands on `.segql` files: check and fmt."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.diagnostics import read_segments, show
from segql.cli.options import database_option, json_option, opened
from segql.cli.output import INPUT_AT_FAULT, put, put_json_lines, say

if TYPE_CHECKING:
    from segql.app.sources import SourceFile


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


@click.command("fmt")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; end with 1 if it would.")
@database_option
@json_option
def fmt_command(paths: tuple[Path, ...], only_check: bool, database: Path, as_json: bool) -> int:
    """Format .segql files, folders of them, or `-`: standard input to standard output.

    Comments stay in place. A file with errors is left as it is. No database is needed; --json
    lists the files.
    """
    files = read_segments(paths, together=False)
    faulty = show(files, least="error")
    changed = [file for file in files if not file.is_faulty and file.formatted != file.text]
    for file in files:
        if file.path is None and not (file.is_faulty or only_check or as_json):
            sys.stdout.write(file.formatted)
    for file in changed:
        if only_check:
            if not as_json:
                put(file.name)
        elif file.path is not None:
            _replace(file)
            say(f"formatted {file.name}")
    if as_json:
        put_json_lines(
            {
                "file": file.name,
                "faulty": file.is_faulty,
                "changed": file in changed,
                "formatted": file.formatted if file.path is None and not file.is_faulty else None,
            }
            for file in files
        )
    if only_check and changed:
        say(f"{len(changed)} of {len(files)} files are not formatted; run `segql fmt`")
    return INPUT_AT_FAULT if faulty or (only_check and changed) else 0


def _replace(file: SourceFile) -> None:
    """Write beside the file, then take its place: a full disk or a kill leaves the old one."""
    path = file.path
    assert path is not None
    target = path.resolve()  # a link stays a link
    beside = target.with_name(f".{target.name}.segql-fmt")
    try:
        beside.write_text(file.formatted, encoding="utf-8", newline="")
        beside.chmod(target.stat().st_mode)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)

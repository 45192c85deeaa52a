"""The command that formats `.segql` files."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from attrs import define, frozen

from segql.cli.diagnostics import show
from segql.cli.options import json_option
from segql.cli.output import (
    INPUT_AT_FAULT,
    SYSTEM_FAILED,
    put,
    put_as_it_is,
    put_values,
    say,
    say_failure,
)
from segql.model.errors import Refused

if TYPE_CHECKING:
    from segql.app.formatting import Formatted


@frozen
class Result:
    """What became of a file, as `--json` says it; `formatted` is the text of standard input."""

    file: str
    faulty: bool
    changed: bool
    formatted: str | None = None
    problem: str | None = None


@click.command("fmt")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; end with 1 if it would.")
@click.option("--diff", "as_diff", is_flag=True, help="Change nothing; print what it would change.")
@json_option
def fmt_command(paths: tuple[Path, ...], only_check: bool, as_diff: bool, as_json: bool) -> int:
    """Format .segql files, folders of them, or `-`: standard input to standard output.

    Comments stay in place. A file with errors, or one that cannot be read, is left as it is and
    reported; the others are formatted. No database is needed; --json lists the files.
    """
    run = _Run(only_check, as_diff, as_json)
    results = [run.one(name, path) for name, path in _named(paths)]
    if as_json:
        put_values(results)
    changed = sum(result.changed for result in results)
    if only_check and changed:
        say(f"{changed} of {len(results)} files are not formatted; run `segql fmt`")
    if run.failed:
        return SYSTEM_FAILED
    at_fault = any(result.faulty or result.problem for result in results)
    return INPUT_AT_FAULT if at_fault or (only_check and changed) else 0


def _named(paths: Sequence[Path]) -> Iterator[tuple[str, Path | None]]:
    """Names and paths of the files, each once; None for standard input."""
    from segql.app.sources import files_in

    for path in dict.fromkeys(paths):
        if str(path) == "-":
            yield "standard input", None
        else:
            yield from ((str(found), found) for found in files_in([path]))


@define
class _Run:
    """What was asked for, and whether the system failed at a file."""

    only_check: bool
    as_diff: bool
    as_json: bool
    failed: bool = False

    def one(self, name: str, path: Path | None) -> Result:
        """Format a file, or say what keeps it from being formatted."""
        from segql.app.formatting import formatted, rewrite

        try:
            content = sys.stdin.buffer.read() if path is None else path.read_bytes()
            file = formatted(content, name, path)
            if show((file.source,), least="error") or file.text is None:
                return Result(name, faulty=True, changed=False)
            if file.changed and path is not None and not (self.only_check or self.as_diff):
                rewrite(path, file.text)
                say(f"formatted {name}")
        except Refused as error:
            say_failure(error)
            return Result(name, faulty=True, changed=False, problem=str(error))
        except OSError as error:
            self.failed |= not isinstance(error, FileNotFoundError)
            say(f"error[system]: {error.strerror or error} `{name}`", style="red")
            return Result(name, faulty=False, changed=False, problem=error.strerror or str(error))
        if not self.as_json:
            self.put(file, file.text)
        return Result(name, False, file.changed, file.text if path is None else None)

    def put(self, file: Formatted, text: str) -> None:
        """Print the diff, the name or the text, as was asked for."""
        from segql.app.formatting import diff

        if self.as_diff:
            for line in diff(file):
                _put_diff(line)
        elif self.only_check:
            if file.changed:
                put(file.source.name)
        elif file.source.path is None:
            put_as_it_is(text)


_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def _put_diff(line: str) -> None:
    """A line of a diff: as it is in a pipe, which may lead to `patch`; coloured on a terminal."""
    if sys.stdout.isatty():
        bold = line.startswith(("+++ ", "--- "))
        put(line, style="white" if bold else _COLOURS.get(line[:1]))
    else:
        put_as_it_is(f"{line}\n")

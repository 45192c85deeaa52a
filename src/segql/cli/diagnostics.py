"""Reading `.segql` files for a command, and showing what is wrong with them or with a rule."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from segql.cli.output import put_json_lines
from segql.model.display import visible

if TYPE_CHECKING:
    from segql.app.sources import SourceFile
    from segql.language.diagnostics import Diagnostic
    from segql.language.source import Source

_COLOURS = {"error": "red", "warning": "yellow", "hint": "cyan"}


def read_segments(paths: Sequence[Path], *, together: bool = True) -> tuple[SourceFile, ...]:
    """The `.segql` files named, and those below the folders named; `-` is standard input.

    With `together` they are one project, in which a segment's name is its own.
    """
    from segql.app.sources import files_in, read_file, refuse_twice, source_of
    from segql.language.files import decode

    files = []
    for path in paths:
        if str(path) == "-":
            text = decode(sys.stdin.buffer.read(), "standard input")
            files.append(source_of(text, "standard input"))
        else:
            files.extend(read_file(found) for found in files_in([path]))
    return refuse_twice(files) if together else tuple(files)


def show(
    files: Iterable[SourceFile],
    *,
    as_json: bool = False,
    least: Literal["error", "warning", "hint"] = "hint",
) -> bool:
    """Print the diagnostics of files that matter at `least` so much; tell if one is an error."""
    from segql.language.diagnostics import Severity
    from segql.language.source import Source

    ranks = list(Severity)
    faulty = False
    for file in files:
        faulty |= file.is_faulty
        found = [
            one
            for one in file.diagnostics
            if ranks.index(one.severity) <= ranks.index(Severity(least))
        ]
        source = Source(file.text, file.name)
        if as_json:
            put_json_lines(_as_json(one, source) for one in found)
        else:
            for one in found:
                _show_one(one, source)
    return faulty


def refuse_faulty(rule: str) -> bool:
    """Print what is wrong with a rule's text; tell whether it has errors."""
    from segql.language.diagnostics import Severity
    from segql.language.parse import parse_rule
    from segql.language.source import Source

    diagnostics = parse_rule(rule).diagnostics
    for one in diagnostics:
        _show_one(one, Source(rule))
    return any(one.severity is Severity.ERROR for one in diagnostics)


def _show_one(diagnostic: Diagnostic, source: Source) -> None:
    from segql.language.render import render

    for index, line in enumerate(render(diagnostic, source).splitlines()):
        colour = _COLOURS[diagnostic.severity] if index == 0 else None
        click.secho(visible(line), err=True, fg=colour, bold=index == 0)


def _as_json(diagnostic: Diagnostic, source: Source) -> dict[str, Any]:
    line, column = source.line_column(diagnostic.span.start)
    fix = diagnostic.fix
    return {
        "file": source.name,
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "line": line,
        "column": column,
        "start": diagnostic.span.start,
        "end": diagnostic.span.end,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "fix": None
        if fix is None
        else {
            "label": fix.label,
            "start": fix.span.start,
            "end": fix.span.end,
            "replacement": fix.replacement,
        },
    }

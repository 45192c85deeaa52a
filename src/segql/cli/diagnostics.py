"""Reading `.segql` files for a command, and showing what is wrong with them or with a rule."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, assert_never

import click

from segql.cli.output import put, put_json

if TYPE_CHECKING:
    from segql.app.sources import SourceFile
    from segql.language.diagnostics import Diagnostic
    from segql.language.source import Source
    from segql.model.vocabulary import Vocabulary

Form: TypeAlias = Literal["text", "json", "github"]
"""For people, for tools, or as annotations in a workflow of GitHub."""

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
    form: Form = "text",
    least: Literal["error", "warning", "hint"] = "hint",
) -> bool:
    """Print the diagnostics of files that matter at `least` so much; tell if one is an error."""
    from segql.language.diagnostics import Severity
    from segql.language.source import Source

    ranks = list(Severity)
    faulty = False
    for file in files:
        faulty |= file.is_faulty
        source = Source(file.text, file.name)
        for one in file.diagnostics:
            if ranks.index(one.severity) <= ranks.index(Severity(least)):
                _show_one(one, source, form, file.path)
    return faulty


def refuse_faulty(rule: str, vocabulary: Vocabulary | None = None) -> bool:
    """Print what is to be said of a rule's text; tell whether it has errors."""
    from segql import check
    from segql.language.diagnostics import has_errors
    from segql.language.source import Source

    diagnostics = check(rule, vocabulary)
    for one in diagnostics:
        _show_one(one, Source(rule))
    return has_errors(diagnostics)


def _show_one(
    diagnostic: Diagnostic, source: Source, form: Form = "text", path: Path | None = None
) -> None:
    match form:
        case "json":
            from segql.language.tools import as_json

            put_json(as_json(diagnostic, source))
        case "github":
            from segql.language.tools import as_annotation

            file = None if path is None else _from_root(path)
            put(as_annotation(diagnostic, source, file=file))
        case "text":
            _print(diagnostic, source)
        case _:
            assert_never(form)


def _print(diagnostic: Diagnostic, source: Source) -> None:
    """On standard error; in colour on a terminal, unless NO_COLOR says otherwise."""
    from segql.language.render import rendered

    severity = _COLOURS[diagnostic.severity]
    is_plain = bool(os.environ.get("NO_COLOR"))
    for line in rendered(diagnostic, source):
        styled = (
            text if is_plain or role == "plain" else click.style(text, **_style(role, severity))
            for text, role in line
        )
        click.echo("".join(styled), err=True)


def _style(role: str, severity: str) -> dict[str, Any]:
    match role:
        case "severity":
            return {"fg": severity, "bold": True}
        case "message":
            return {"bold": True}
        case _:
            return {"fg": "blue", "bold": True}


def _from_root(path: Path) -> str:
    """The path as annotations want it: from the root of the checkout, with `/`."""
    root = Path(os.environ.get("GITHUB_WORKSPACE") or Path.cwd()).resolve()
    whole = path.resolve()
    return (whole.relative_to(root) if whole.is_relative_to(root) else path).as_posix()

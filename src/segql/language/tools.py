"""A diagnostic for tools: as JSON for editors, and as an annotation of GitHub."""

from __future__ import annotations

from typing import Any, Final

from segql.language.diagnostics import Diagnostic, Severity
from segql.language.source import Source, Span

_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.HINT: "notice",
}


def as_json(diagnostic: Diagnostic, source: Source) -> dict[str, Any]:
    """The diagnostic as plain values.

    `start` and `end` are code points of the text from 0, `line` and `column` count from 1 in code
    points, and `range` is that of the language server protocol: lines and UTF-16 units from 0.
    """
    line, column = source.line_column(diagnostic.span.start)
    fix = diagnostic.fix
    return {
        "file": source.name,
        "code": diagnostic.code,
        "severity": str(diagnostic.severity),
        "line": line,
        "column": column,
        **_place(diagnostic.span, source),
        "message": diagnostic.message,
        "label": diagnostic.label,
        "help": diagnostic.help,
        "fix": None
        if fix is None
        else {
            "label": fix.label,
            **_place(fix.span, source),
            "replacement": fix.replacement,
        },
        "also": [{"label": one.text, **_place(one.span, source)} for one in diagnostic.also],
    }


def _place(span: Span, source: Source) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "range": {"start": _position(span.start, source), "end": _position(span.end, source)},
    }


def _position(offset: int, source: Source) -> dict[str, int]:
    return {
        "line": source.line_column(offset)[0] - 1,
        "character": source.utf16_column(offset),
    }


def as_annotation(diagnostic: Diagnostic, source: Source, *, file: str | None) -> str:
    """The diagnostic as a workflow command of GitHub, which shows it beside the line.

    `file` is the path from the root of the repository. Columns count from 1, the last one is the
    one behind the place; they go with places on one line only.
    (docs.github.com/actions/reference/workflow-commands)

    >>> from segql.language.parse import parse_rule
    >>> text = 'did "export" within 30'
    >>> diagnostic = parse_rule(text).diagnostics[0]
    >>> print(as_annotation(diagnostic, Source(text), file="a,b.segql"))
    ::error file=a%2Cb.segql,line=1,endLine=1,col=21,endColumn=23,title=expected-duration::\
a length of time needs a unit%0Ahelp: write 30d (days), 30min (minutes) or 30mo (months)
    """
    (line, column), (last, end) = map(
        source.line_column, (diagnostic.span.start, diagnostic.span.end)
    )
    where = {} if file is None else {"file": file}
    lines = {"line": line, "endLine": last}
    columns = {"col": column, "endColumn": max(end, column + 1)} if line == last else {}
    properties = {**where, **lines, **columns, "title": diagnostic.code}
    said = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items())
    return f"::{_LEVELS[diagnostic.severity]} {said}::{_data(_in_words(diagnostic))}"


def _in_words(diagnostic: Diagnostic) -> str:
    fix = diagnostic.fix
    parts = [
        f"{diagnostic.message}; {diagnostic.label}" if diagnostic.label else diagnostic.message,
        *(one.text for one in diagnostic.also),
        *(() if diagnostic.help is None else (f"help: {diagnostic.help}",)),
        *(() if fix is None else (f"fix: {fix.label}",)),
    ]
    return "\n".join(parts)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

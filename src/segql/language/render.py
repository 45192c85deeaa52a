"""A diagnostic as plain text: code, place, the line with the place marked, help, fix."""

from __future__ import annotations

from segql.language.diagnostics import Diagnostic
from segql.language.source import Source

_WIDEST = 160


def render(diagnostic: Diagnostic, source: Source) -> str:
    """The diagnostic over several lines, without colour, as a compiler prints it.

    >>> from segql.language.parse import parse_rule
    >>> text = 'did "export" within 30'
    >>> print(render(parse_rule(text).diagnostics[0], Source(text)))
    error[expected-duration]: a length of time needs a unit
     --> 1:21
      |
    1 | did "export" within 30
      |                     ^^
      = help: write 30d (days), 30min (minutes) or 30mo (months)
    """
    line, column = source.line_column(diagnostic.span.start)
    text = source.line(line).replace("\t", " ")
    last_line, last_column = source.line_column(diagnostic.span.end)
    end = last_column if last_line == line else len(text) + 1
    marks = "^" * max(1, end - column)
    if len(text) > _WIDEST:
        text, column, marks = _cut(text, column, marks)
    gutter = " " * len(str(line))
    place = f"{line}:{column}" if source.name is None else f"{source.name}:{line}:{column}"
    lines = [
        f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}",
        f"{gutter}--> {place}",
        f"{gutter} |",
        f"{line} | {text}",
        f"{gutter} | {' ' * (column - 1)}{marks}",
    ]
    if diagnostic.help is not None:
        lines.append(f"{gutter} = help: {diagnostic.help}")
    if diagnostic.fix is not None:
        lines.append(f"{gutter} = fix: {diagnostic.fix.label}")
    return "\n".join(lines)


def _cut(text: str, column: int, marks: str) -> tuple[str, int, str]:
    """The part of a long line round the mark, the cuts shown."""
    start = max(0, column - 1 - _WIDEST // 2)
    shown = text[start : start + _WIDEST]
    marks = marks[: max(1, start + len(shown) - column + 1)]
    before, after = ("…" if start else ""), ("…" if start + len(shown) < len(text) else "")
    return f"{before}{shown}{after}", column - start + len(before), marks

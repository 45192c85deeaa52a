"""The texts of whole files for other programs: read or refused, and written."""

from __future__ import annotations

from collections.abc import Iterable

from segql.language import files, format
from segql.language.diagnostics import RuleError, has_errors
from segql.language.files import ParsedFile
from segql.language.syntax import Segment


def parse_file(text: str) -> tuple[Segment, ...]:
    """The segments that the text of a `.segql` file says. Raises `RuleError`.

    >>> [segment.name for segment in parse_file('segment "all" when everyone')]
    ['all']
    """
    parsed = files.parse_file(text)
    if has_errors(parsed.diagnostics):
        raise RuleError(parsed.diagnostics)
    return parsed.segments


def format_file(segments: str | Iterable[Segment]) -> str:
    """The one way to write a file of segments; comments of a text stay. Raises `RuleError`."""
    if isinstance(segments, str):
        return format.format_file(segments, ParsedFile(parse_file(segments)))
    return format.format_file("", ParsedFile(tuple(segments)))

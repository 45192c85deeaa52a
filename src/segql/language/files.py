"""`.segql` files: bytes → text → segments and diagnostics."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from segql.language import syntax
from segql.language.diagnostics import Diagnostic, has_errors, segment_twice
from segql.language.lexical import too_long
from segql.language.parse import by_place, parsed_text
from segql.language.scan import MAX_BYTES
from segql.language.source import Source, Span
from segql.language.validate import validated
from segql.model.errors import Refused

_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


@frozen
class ParsedFile:
    """What a file says: its segments, none where there are errors, and diagnostics by place."""

    segments: tuple[syntax.Segment, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def decode(content: bytes, name: str) -> str:
    """The text of a file called `name`; raises `Refused` (`bad-encoding`) if it is not UTF-8.

    A byte order mark of UTF-8 is passed over.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            raise _not_utf8(name, f"it is {encoding}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        byte = content[failure.start]
        where = f"byte 0x{byte:02x} in line {line} is not; perhaps it is Latin-1 or Windows-1252"
        raise _not_utf8(name, where) from failure


def _not_utf8(name: str, why: str) -> Refused:
    return Refused(
        f"`{name}` is not UTF-8: {why}", code="bad-encoding", hint="save the file as UTF-8"
    )


def _too_long(segment: syntax.Segment, text: str) -> list[Diagnostic]:
    span = segment.rule.span
    size = 0 if span is None else len(text[span.start : span.end].encode("utf-8", "replace"))
    return (
        [too_long(size, MAX_BYTES, Span(span.start, span.start))]
        if span and size > MAX_BYTES
        else []
    )


def parse_file(text: str, name: str | None = None) -> ParsedFile:
    """Read the segments of a file. Never raises for a text; a segment's name must be its own."""
    result, diagnostics = parsed_text(text, "file")
    found = list(diagnostics)
    if result is not None:
        firsts: dict[str, Span] = {}
        source = Source(text, name)
        for segment in result:
            if segment.name_span is not None:
                first = firsts.setdefault(segment.name, segment.name_span)
                if first != segment.name_span:
                    line = source.line_column(first.start)[0]
                    found.append(segment_twice(segment.name, f"line {line}", segment.name_span))
            found.extend(_too_long(segment, text))
            found.extend(validated(segment.rule, text))
    faulty = has_errors(found)
    return ParsedFile(() if faulty or result is None else result, by_place(found))

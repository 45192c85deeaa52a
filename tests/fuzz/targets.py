"""What must hold for any input: each target takes bytes, and lets nothing but typed errors pass.

Shared by `run` (atheris, guided by coverage) and by the property tests beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import segql
from segql.language.diagnostics import Severity
from segql.language.files import decode, parse_file
from segql.language.parse import parse_rule
from segql.language.render import render
from segql.language.source import Source
from segql.model.errors import Refused, SegqlError

NOW: Final = "2026-03-01T12:00:00Z"
SEPARATOR: Final = b"\n---\n"
"""Between the rule and the profile document, both texts, that `matches` is given."""


def rule_text(data: bytes) -> None:
    """A text is a rule that is written, converted and read again as itself, or has errors."""
    text = data.decode("utf-8", "surrogateescape")
    parsed = parse_rule(text)
    for one in parsed.diagnostics:
        assert 0 <= one.span.start <= one.span.end <= len(text)
        assert render(one, Source(text))
        if one.fix is not None:
            start, end = one.fix.span.start, one.fix.span.end
            assert 0 <= start <= end <= len(text)
            parse_rule(text[:start] + one.fix.replacement + text[end:])
    errors = [one for one in parsed.diagnostics if one.severity is Severity.ERROR]
    assert (parsed.rule is None) == bool(errors)
    segql.check(text)
    list(segql.tokens(text))
    segql.complete(text, len(text) // 2)
    if parsed.rule is not None:
        written = segql.format(text)
        assert segql.parse(written) == parsed.rule
        assert segql.format(written) == written
        assert segql.from_dict(segql.to_dict(parsed.rule)) == parsed.rule


def file_text(data: bytes) -> None:
    """Bytes are a file of segments that is written and read again as itself, or are refused."""
    try:
        text = decode(data, "rules.segql")
    except Refused:
        return
    parsed = parse_file(text)
    for one in parsed.diagnostics:
        assert 0 <= one.span.start <= one.span.end <= len(text)
        assert render(one, Source(text))
    if parsed.segments:
        written = segql.format_file(text)
        assert segql.parse_file(written) == parsed.segments
        assert segql.format_file(written) == written
        assert segql.file_from_dict(segql.file_to_dict(parsed.segments)) == parsed.segments


def json_document(data: bytes) -> None:
    """Any JSON is a rule or a file of segments that converts back, or is refused."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return
    try:
        rule = segql.from_dict(document)
    except SegqlError as refusal:
        assert str(refusal)
    else:
        assert segql.from_dict(segql.to_dict(rule)) == rule
    try:
        segments = segql.file_from_dict(document)
    except SegqlError as refusal:
        assert str(refusal)
    else:
        assert segql.file_from_dict(segql.file_to_dict(segments)) == segments


def profile_document(data: bytes) -> None:
    """A rule and a profile document have an answer, and one reason for it, or are refused."""
    text, _, document = data.partition(SEPARATOR)
    try:
        profile = json.loads(document)
    except (ValueError, RecursionError):
        return
    answered(text.decode("utf-8", "surrogateescape"), profile)


def answered(rule: str, profile: Any, zone: str = "UTC") -> bool | None:
    """Whether a rule holds, the same by every way of asking; None where something is refused."""
    try:
        holds = segql.matches(rule, profile, now=NOW, zone=zone)
    except SegqlError as refusal:
        assert str(refusal)
        return None
    assert isinstance(profile, Mapping)
    why = segql.explain(rule, profile, now=NOW, zone=zone)
    assert why.holds == holds
    assert str(why)
    assert segql.matches(f"not ({rule}\n)", profile, now=NOW, zone=zone) is not holds
    return holds


TARGETS: Final[dict[str, Callable[[bytes], None]]] = {
    "rule": rule_text,
    "file": file_text,
    "json": json_document,
    "matches": profile_document,
}

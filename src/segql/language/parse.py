"""A rule's text → the rule as written, and diagnostics; never an exception for what is typed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from attrs import frozen

from segql.language import syntax
from segql.language.diagnostics import Diagnostic, RuleError, Severity, has_errors
from segql.language.foreign import foreign
from segql.language.recover import read
from segql.language.scan import MAX_BYTES, MAX_FILE_BYTES, Scanned, Token, scan
from segql.language.slips import Slip, slips_in
from segql.language.source import Source, Span
from segql.language.validate import validated

_MOST: Final = 100
_SWALLOWING: Final = frozenset({"unclosed-text", "bad-character"})
"""Faults after which the rest of the line cannot be trusted."""


@frozen
class Parsed:
    """What a text says: the rule, None where there are errors, and all diagnostics by place."""

    rule: syntax.Rule | None
    diagnostics: tuple[Diagnostic, ...] = ()


def parse_rule(text: str, name: str | None = None) -> Parsed:
    """Read one rule. Never raises for a text; linear in its length up to the limits of §6."""
    result, diagnostics = parsed_text(text, "rule")
    found = list(diagnostics)
    if result is not None:
        found.extend(validated(result, text))
    return Parsed(None if has_errors(found) else result, by_place(found))


def rule_of(text: str) -> syntax.Rule:
    """The rule that `text` says; raises `RuleError` with all diagnostics where there are errors."""
    parsed = parse_rule(text)
    if parsed.rule is None:
        raise RuleError(parsed.diagnostics, Source(text))
    return parsed.rule


def parsed_text(text: str, start: str) -> tuple[Any, tuple[Diagnostic, ...]]:
    """A `rule` or a `file` as the grammar reads it, slips mended, spans those of `text`.

    The result is None after errors of single tokens or of syntax.
    """
    scanned = scan(text, max_bytes=MAX_BYTES if start == "rule" else MAX_FILE_BYTES)
    if scanned.diagnostics:
        result, said = None, (*scanned.diagnostics, *_elsewhere(scanned, start))
    else:
        result, said = _read(text, scanned.tokens, start)
    other = foreign(text) if result is None and start == "rule" and scanned.tokens else None
    return result, said if other is None else (other,)


def _elsewhere(scanned: Scanned, start: str) -> tuple[Diagnostic, ...]:
    """What else is wrong with a text, at some distance from its faulty tokens."""
    if scanned.passable is None:
        return ()
    text = scanned.passable
    _, diagnostics = _read(text, scan(text, max_bytes=MAX_FILE_BYTES).tokens, start)
    blamed = [
        _line(text, fault.span) if fault.code in _SWALLOWING else fault.span
        for fault in scanned.diagnostics
    ]
    return tuple(
        one
        for one in diagnostics
        if not any(span.start <= one.span.end and one.span.start <= span.end for span in blamed)
    )


def _line(text: str, span: Span) -> Span:
    end = text.find("\n", span.end)
    return Span(text.rfind("\n", 0, span.start) + 1, len(text) if end < 0 else end)


def _read(text: str, tokens: Sequence[Token], start: str) -> tuple[Any, tuple[Diagnostic, ...]]:
    slips = slips_in(text, tokens)
    if slips:
        tokens = mended(tokens, slips)
    outcome = read(tokens, start, len(text.rstrip()))
    return outcome.result, (*(slip.diagnostic for slip in slips), *outcome.diagnostics)


def mended(tokens: Sequence[Token], slips: Sequence[Slip]) -> list[Token]:
    """The tokens with those of slips replaced by what was meant, each with the span of the slip."""
    found: list[Token] = []
    rest = iter(slips)
    slip = next(rest, None)
    for token in tokens:
        while slip is not None and slip.span.end <= token.start:
            slip = next(rest, None)
        if slip is None or token.start < slip.span.start:
            found.append(token)
        elif token.start == slip.span.start:
            meant = _meant(slip.replacement)
            found += (one._replace(start=slip.span.start, end=slip.span.end) for one in meant)
    return found


@lru_cache(maxsize=256)
def _meant(replacement: str) -> tuple[Token, ...]:
    return scan(replacement).tokens


def by_place(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics in order of their places, the first hundred errors and other ones of each.

    One that explains another stands for both.
    """
    found = list(diagnostics)
    explained = {one.span for one in found if one.code == "where-without-parentheses"}
    kept = [one for one in found if one.code != "unknown-field" or one.span not in explained]
    kept.sort(key=lambda one: (one.span.start, one.span.end))
    errors = [one for one in kept if one.severity is Severity.ERROR][:_MOST]
    others = [one for one in kept if one.severity is not Severity.ERROR][:_MOST]
    return tuple(sorted((*errors, *others), key=lambda one: (one.span.start, one.span.end)))

"""A text that is being written, a lone rule or a `.segql` file: what it says, what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from attrs import frozen

from segql.app.checks import check_together
from segql.app.project import Project
from segql.app.sources import source_of
from segql.language import syntax, write
from segql.language.diagnostics import Diagnostic
from segql.language.files import parse_file
from segql.language.format import format_file, format_text
from segql.language.parse import parse_rule
from segql.language.source import Span
from segql.language.tokens import TOKEN
from segql.rules.check import checked_rule

_PASSED: Final = frozenset({"blank", "comment", "remark"})
_MOST_NODES: Final = 60
"""So many conditions and groups of one rule are counted by themselves."""


@frozen
class Draft:
    """What a text says as far as it is right; `rule` is that of the segment at hand."""

    text: str
    is_file: bool
    segments: tuple[syntax.Segment, ...] = ()
    segment: syntax.Segment | None = None
    """The one round the cursor, of a file."""
    rule: syntax.Rule | None = None
    """None where there are errors, or nothing."""


def is_file(text: str) -> bool:
    """Whether a text is that of a file: it begins with `segment`, comments apart.

    >>> is_file('# ours\\nsegment "new"'), is_file('in segment "new"')
    (True, False)
    """
    first = next((one for one in TOKEN.finditer(text) if one.lastgroup not in _PASSED), None)
    return first is not None and first[0] == "segment"


def read_draft(text: str, at: int) -> Draft:
    """What `text` says, with the cursor at code point `at`; raises for no text."""
    if not is_file(text):
        return Draft(text, False, rule=parse_rule(text).rule)
    segments = parse_file(text).segments
    chosen = None
    for segment in segments:
        if chosen is None or (segment.span is not None and segment.span.start <= at):
            chosen = segment
    return Draft(text, True, segments, chosen, None if chosen is None else chosen.rule)


def diagnosed(project: Project, text: str) -> tuple[Diagnostic, ...]:
    """All that is to be said of a text, by place, with what the project's data know of names."""
    if not text.strip():
        return ()
    if not is_file(text):
        return checked_rule(text, project.vocabulary())
    manual = project.catalog().manual
    (checked,) = check_together([source_of(text, "")], project.vocabulary(), manual=manual)
    return checked.diagnostics


def formatted_draft(text: str) -> str | None:
    """The canonical text, comments in place; None while there are errors."""
    if is_file(text):
        parsed = parse_file(text)
        return format_file(text, parsed) if parsed.segments else None
    rule = parse_rule(text)
    return None if rule.rule is None else format_text(text, rule)


def with_head(rule: str, name: str, description: str, notify: str) -> str:
    """The text of a segment with the text of a lone rule, comments and all.

    `notify` are lines such as `on enter notify "crm"`, as in a file; the outcome may be wrong.
    """
    lines = [f"segment {write.quoted(name)}"]
    if description.strip():
        lines.append(f"  description {write.quoted(description.strip())}")
    text = "\n".join((*lines, "  when", rule.rstrip(), notify.rstrip()))
    parsed = parse_file(text)
    return format_file(text, parsed) if parsed.segments else f"{text}\n"


def conditions_of(rule: syntax.Rule) -> Iterator[tuple[syntax.Rule, Span]]:
    """The conditions and groups of a rule that stand in its text, outer ones first."""
    waiting: list[syntax.Rule] = [rule]
    given = 0
    while waiting and given < _MOST_NODES:
        node = waiting.pop(0)
        waiting += _inside(node)
        if node.span is not None:
            given += 1
            yield node, node.span


def steps_of(rule: syntax.Rule) -> tuple[syntax.Rule, ...]:
    """The parts of a rule that all must hold, one after the other; the rule itself if it is one."""
    match rule:
        case syntax.And(items) | syntax.Group("all", items):
            return items
        case _:
            return (rule,)


def _inside(rule: syntax.Rule) -> Iterable[syntax.Rule]:
    match rule:
        case syntax.And(items) | syntax.Or(items) | syntax.Group(items=items):
            return items
        case syntax.Not(item):
            return (item,)
        case _:
            return ()


def line_of(text: str, span: Span) -> str:
    """A piece of a text on one line, for lists."""
    return re.sub(r"\s+", " ", text[span.start : span.end]).strip()

"""Comments that allow what the linter finds: `# lint: allow CODE because …`.

At the end of a line they speak of that line, alone on a line of the next one that is not only a
comment. One without a reason, of no such code, or where there is nothing to allow is found itself.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from attrs import frozen

from segql.language import comments
from segql.language.diagnostics import Diagnostic, Fix, Severity
from segql.language.near import nearest
from segql.language.source import Source, Span
from segql.rules.lint_codes import CODES, codes_about

_LINT: Final = re.compile(r"#+\s*lint\s*:\s*(.*)", re.IGNORECASE)
_ALLOW: Final = re.compile(
    r"allow\s+(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*)(?:\s+because\b\s*(?P<reason>.*))?", re.IGNORECASE
)
_NAME: Final = re.compile(r"[\w-]+")
_FORM: Final = "write `# lint: allow CODE because …`; `segql lint --list` prints the codes"


@frozen
class Silence:
    """Findings of a code that are allowed on a line; `span` is where the code stands."""

    code: str
    line: int
    span: Span
    comment: Span


def allowed(
    text: str, found: Sequence[Diagnostic], *, judged: Collection[str]
) -> tuple[Diagnostic, ...]:
    """What is left of the findings in `text`, and what is to be said of its comments.

    That there is nothing to allow is said of the codes `judged`, those that were looked for.
    """
    if "lint" not in text.lower():
        return tuple(found)
    source = Source(text)
    silences: list[Silence] = []
    said: list[Diagnostic] = []
    for one in _read(text, source):
        if isinstance(one, Silence):
            silences.append(one)
        else:
            said.append(one)
    by_place = {(one.code, one.line): one for one in silences}
    left: list[Diagnostic] = []
    needed: set[tuple[str, int]] = set()
    for finding in found:
        lines = {source.line_column(at)[0] for at in (finding.span.start, finding.span.end)}
        fitting = [(finding.code, line) for line in lines if (finding.code, line) in by_place]
        needed.update(fitting)
        if not fitting or finding.severity is Severity.ERROR:
            left.append(finding)
    for one in silences:
        if one.code in judged and (one.code, one.line) not in needed:
            said.append(_of_nothing(one, silences, text))
    return (*left, *said)


def _read(text: str, source: Source) -> Iterator[Silence | Diagnostic]:
    tokens, found = comments.scan(text)
    starts = [token.span.start for token in tokens]
    for comment in found:
        asked = _LINT.fullmatch(comment.text)
        if asked is None:
            continue
        span = Span(comment.start, comment.start + len(comment.text))
        form = _ALLOW.fullmatch(asked.group(1).strip())
        if form is None:
            yield _unclear(span, "a `# lint:` comment of another form", None)
            continue
        line = source.line_column(comment.start)[0]
        if comment.alone:
            following = bisect_right(starts, comment.start)
            if following < len(starts):
                line = source.line_column(starts[following])[0]
        at = comment.start + asked.start(1)
        at += len(asked.group(1)) - len(asked.group(1).lstrip())
        for name in _NAME.finditer(form["codes"]):
            begin = at + form.start("codes") + name.start()
            place = Span(begin, begin + len(name.group()))
            if name.group() not in CODES or CODES[name.group()].about == "silence":
                near = nearest(name.group(), codes_about("rule", "catalogue", "data"))
                fix = None if near is None else Fix(f"write `{near}`", place, near)
                yield _unclear(place, f"there is no code `{name.group()}`", fix)
            elif not (form["reason"] or "").strip():
                message = f"`{name.group()}` is allowed without a reason, so it is not"
                help = f"write `# lint: allow {name.group()} because …`"
                yield _said("silence-without-reason", place, message, help)
            else:
                yield Silence(name.group(), line, place, span)


def _of_nothing(one: Silence, silences: Sequence[Silence], text: str) -> Diagnostic:
    alone = sum(other.comment == one.comment for other in silences) == 1
    message = f"there is no `{one.code}` to allow here"
    fix = None
    if alone and CODES[one.code].about == "rule":  # of others it depends on what was looked at
        start = one.comment.start
        before = text[:start].rstrip(" \t")
        fix = Fix("remove the comment", Span(len(before), one.comment.end), "")
    help = "remove the comment, so that it cannot hide anything later"
    return _said("silence-of-nothing", one.span, message, help, fix)


def _unclear(span: Span, message: str, fix: Fix | None) -> Diagnostic:
    return _said("silence-unclear", span, message, _FORM, fix)


def _said(code: str, span: Span, message: str, help: str, fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(code, Severity.WARNING, span, message, help, fix)

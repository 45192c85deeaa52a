"""Messages about names and values that the data do not know, with the evidence for others."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from segql.language.diagnostics import Diagnostic, Fix, Severity
from segql.language.source import Span


@frozen
class Near:
    """What may have been meant: its name, how it is written, and what the data say of it."""

    name: str
    written: str
    evidence: str | None = None


def unknown(
    code: str,
    message: str,
    span: Span,
    *,
    name: str,
    near: Sequence[Near],
    help: str | None = None,
    severity: Severity = Severity.WARNING,
) -> Diagnostic:
    """A name or value that the data do not know; `near` are others, most likely first."""
    said = Diagnostic(code, severity, span, message, help)
    if not near:
        return said
    first, *others = near
    evidence = f" ({first.evidence})" if first.evidence else ""
    return evolve(
        said,
        label=f"did you mean `{first.name}`?{evidence}",
        help=f"or {' or '.join(map(_in_words, others))}" if others else help,
        fix=Fix(f"replace `{name}` with `{first.name}`", span, first.written),
    )


def _in_words(near: Near) -> str:
    return f"`{near.name}` ({near.evidence})" if near.evidence else f"`{near.name}`"


def share(part: float, of: str, *, exact: bool) -> str:
    """A part of profiles, events or responses: `on 98% of profiles`.

    >>> share(0.981, "profiles", exact=True), share(0.0002, "profiles", exact=False)
    ('on 98% of profiles', 'on less than 1% of profiles')
    """
    about = "" if exact or 0 < part < 0.01 else "about "
    return f"on {about}{percent(part)} of {of}"


def percent(part: float) -> str:
    """A part in whole per cent, all and none only where that is so.

    >>> percent(0.9999), percent(0.0001), percent(1)
    ('99%', 'less than 1%', '100%')
    """
    if 0 < part < 0.01:
        return "less than 1%"
    return f"{99 if 0.99 < part < 1 else round(part * 100)}%"


def times(number: int, verb: str, *, exact: bool = True) -> str:
    """A number of times: `seen 41,207 times`.

    >>> times(1, "seen"), times(41_207, "seen", exact=False)
    ('seen once', 'seen about 41,000 times')
    """
    if number == 1:
        return f"{verb} once"
    if exact:
        return f"{verb} {number:,} times"
    digits = max(len(str(number)) - 2, 0)
    return f"{verb} about {round(number, -digits):,} times"

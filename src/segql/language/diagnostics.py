"""What is said about a text: diagnostics, their fixes, and `RuleError`; messages of whole rules.

Messages are lower case, in plain words, with the user's words in backticks; what to do stands in
the help or in the fix. Messages about single tokens are in `lexical`, about syntax in `expected`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import StrEnum

from attrs import evolve, frozen

from segql.language.near import nearest
from segql.language.source import Source, Span
from segql.model.errors import Refused


class Severity(StrEnum):
    """How much a diagnostic matters: only errors keep a rule from being used."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@frozen
class Fix:
    """A change that mends the text: put `replacement` in the place of `span`."""

    label: str
    span: Span
    replacement: str


@frozen
class Label:
    """A word on a place, shown beside its mark."""

    span: Span
    text: str


@frozen
class Diagnostic:
    """Something to say about a place of a text. `code` is stable and made of words.

    `label` stands beside the mark of that place; `also` are other places that belong to it.
    """

    code: str
    severity: Severity
    span: Span
    message: str
    help: str | None = None
    fix: Fix | None = None
    label: str | None = None
    also: tuple[Label, ...] = ()


class RuleError(Refused):
    """A text that is no rule; `.diagnostics` say what is wrong, sorted by place."""

    default_code = "bad-rule"

    def __init__(self, diagnostics: Sequence[Diagnostic], source: Source | None = None) -> None:
        """Take all diagnostics; with `source` the message names lines and columns."""
        errors = [one for one in diagnostics if one.severity is Severity.ERROR]
        super().__init__(
            "; ".join(_in_one_line(one, source) for one in errors or diagnostics),
            code=errors[0].code if errors else None,
            hint=errors[0].help if errors else None,
        )
        self.diagnostics = tuple(diagnostics)
        self.source = source


def _in_one_line(diagnostic: Diagnostic, source: Source | None) -> str:
    if source is None:
        return diagnostic.message
    line, column = source.line_column(diagnostic.span.start)
    return f"{line}:{column}: {diagnostic.message}"


def errors_in(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The errors among `diagnostics`, in their order."""
    return tuple(one for one in diagnostics if one.severity is Severity.ERROR)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of `diagnostics` is an error."""
    return any(one.severity is Severity.ERROR for one in diagnostics)


def strictly(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The diagnostics with their warnings made errors; hints stay."""
    return tuple(
        evolve(one, severity=Severity.ERROR) if one.severity is Severity.WARNING else one
        for one in diagnostics
    )


def error(
    code: str, span: Span, message: str, *, help: str | None = None, fix: Fix | None = None
) -> Diagnostic:
    """An error: the text cannot be used."""
    return Diagnostic(code, Severity.ERROR, span, message, help, fix)


def warning(
    code: str, span: Span, message: str, *, help: str | None = None, fix: Fix | None = None
) -> Diagnostic:
    """A warning: the text can be used, and may not say what was meant."""
    return Diagnostic(code, Severity.WARNING, span, message, help, fix)


def replace(span: Span, replacement: str, instead_of: str | None = None) -> Fix:
    """The fix that writes `replacement`, named by what it replaces."""
    if instead_of:
        return Fix(f"replace `{instead_of}` with `{replacement}`", span, replacement)
    return Fix(f"write `{replacement}`", span, replacement)


def mixed_and_or(span: Span, fixed: str) -> Diagnostic:
    """A hint: `and` binds tighter than `or`, which not everybody knows."""
    return Diagnostic(
        "mixed-and-or",
        Severity.HINT,
        span,
        "`and` binds tighter than `or`",
        "put parentheses round the part with `and`, so that nobody has to know",
        Fix("add parentheses", span, fixed),
    )


def unknown_field(name: str, known: Collection[str], span: Span) -> Diagnostic:
    """A bare word that is no field."""
    near = nearest(name, known)
    return error(
        "unknown-field",
        span,
        f"`{name}` is no field",
        help=f"traits are written `trait.{name}`; fields are {', '.join(sorted(known))}",
        fix=replace(span, near, name) if near else replace(span, f"trait.{name}", name),
    )


def segment_cycle(path: Sequence[str], span: Span) -> Diagnostic:
    """Segments that refer to one another in a circle."""
    return error(
        "segment-cycle",
        span,
        "segments refer to one another in a circle: " + " → ".join(f"`{one}`" for one in path),
        help="a segment cannot depend on itself; take one of these references out",
    )


def segment_twice(name: str, first: str, span: Span) -> Diagnostic:
    """Two segments of one name; `first` says where the other one is."""
    return error(
        "segment-twice",
        span,
        f"segment `{name}` is defined twice, first in {first}",
        help="names are unique in a project; rename or remove one of the two",
    )


def too_large_patterns(span: Span) -> Diagnostic:
    """Patterns that are together larger than a rule may have; this is the one that is too many."""
    return error(
        "too-large-patterns",
        span,
        "the patterns of the rule up to here are too large together",
        help="repeat less, as in `{1,100}`, or name parts of the rule as segments",
    )

"""Values against the vocabulary: kinds that never fit, values that nobody has, and `!=` on what
most lack.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from segql.language import syntax, write
from segql.language.diagnostics import Diagnostic, Fix, Label, Severity, replace
from segql.language.near import ranked
from segql.language.source import Span
from segql.language.unknown import Near, percent, times, unknown
from segql.model.casefold import fold
from segql.model.values import Scalar
from segql.model.vocabulary import Values, Vocabulary
from segql.rules.kinds import PLURALS, Asked, Sort, asked_by, sorts_of, sorts_of_field
from segql.rules.placed import Placed, is_negative, placed_in

_MOSTLY: Final = 0.5
"""A negated test says more about those without a value than about others below this share."""


def value_diagnostics(
    rule: syntax.Rule, text: str, vocabulary: Vocabulary | None
) -> Iterator[Diagnostic]:
    """What is to be said of the values that attribute tests of `rule` compare with.

    Without a vocabulary: of tests that a field kept by the system can never pass.
    """
    for placed in placed_in(rule):
        yield from _about(placed, text, vocabulary)


def _about(placed: Placed, text: str, vocabulary: Vocabulary | None) -> Iterator[Diagnostic]:
    attribute = placed.attribute
    values = None if vocabulary is None else _values(placed, vocabulary)
    if isinstance(attribute.operand, syntax.Field):
        sorts = sorts_of_field(attribute.operand.name)
    else:
        sorts = () if values is None else sorts_of(values)
    unfit = [asked for asked in asked_by(attribute.test) if sorts and asked.sort not in sorts]
    if unfit:
        yield _mismatch(attribute, unfit[0], sorts, text)
    elif values is not None:
        yield from _unknown_values(attribute, values)
        yield from _missing(placed, values, text)


def _values(placed: Placed, vocabulary: Vocabulary) -> Values | None:
    owner = placed.owner
    match placed.attribute.operand:
        case syntax.Trait(path):
            return vocabulary.traits().get(path)
        case syntax.AccountTrait(path):
            return vocabulary.account_traits().get(path)
        case syntax.Answer(survey, path):
            return vocabulary.questions(survey).get(path)
        case syntax.Property(path) if owner is not None and owner.role == "survey":
            return vocabulary.questions(owner.name).get(path)
        case syntax.Property(path) if owner is not None and owner.name is not None:
            return vocabulary.properties(owner.name).get(path)
        case _:
            return None


# Kinds


def _mismatch(
    attribute: syntax.Attribute, asked: Asked, sorts: tuple[Sort, ...], text: str
) -> Diagnostic:
    operand = attribute.operand
    name = write.operand(operand)
    place = asked.span or attribute.span or Span(0, 0)
    held = " and ".join(PLURALS[sort] for sort in sorts if sort != "list" or len(sorts) == 1)
    if asked.value is None:
        message = f"`{name}` holds {held}, this test is one of {PLURALS[asked.sort]}"
    else:
        message = f"`{name}` holds {held}, not {PLURALS[asked.sort]}"
    written = text[place.start : place.end]
    also = () if operand.span is None else (Label(operand.span, f"holds {held}"),)
    ordered = isinstance(attribute.test, syntax.Compare) and attribute.test.op not in ("=", "!=")
    fix = None
    if asked.value is not None and not ordered:
        fix = _as_sort(asked.value, sorts, place, written)
    return Diagnostic(
        "kind-mismatch",
        Severity.WARNING,
        place,
        message,
        "a value of one kind never equals one of another" if fix is None else None,
        fix,
        "asks for " + PLURALS[asked.sort],
        also,
    )


def _as_sort(value: syntax.Value, sorts: tuple[Sort, ...], place: Span, written: str) -> Fix | None:
    """The value written as one of the sorts that are there."""
    match value:
        case syntax.Text(inside) if "number" in sorts and _is_number(inside):
            return replace(place, inside.strip(), written)
        case syntax.Text("true" | "false" as inside) if "flag" in sorts:
            return replace(place, inside, written)
        case syntax.Number(0 | 1 as number) if "flag" in sorts:
            return replace(place, "true" if number else "false", written)
        case syntax.Number() | syntax.Flag() if "text" in sorts:
            return replace(place, write.quoted(write.value(value)), written)
        case _:
            return None


def _is_number(text: str) -> bool:
    plain = text.strip().removeprefix("-")
    return plain.replace(".", "", 1).isdecimal() and plain[0] != "." and plain[-1] != "."


# Values that nobody has


def _unknown_values(attribute: syntax.Attribute, values: Values) -> Iterator[Diagnostic]:
    match attribute.test:
        case syntax.Compare("=" | "!=", value, folds):
            compared: tuple[syntax.Value, ...] = (value,)
        case syntax.OneOf(compared, _, folds):
            pass
        case syntax.Contains(_, compared, _, folds) if values.lists:
            pass
        case _:
            return
    if not values.top:
        return
    known = {_alike(scalar, folds=folds): number for scalar, number in values.top}
    for value in compared:
        scalar = _scalar(value)
        if scalar is not None and _alike(scalar, folds=folds) not in known:
            said = _unknown_value(attribute.operand, value, scalar, values)
            if said is not None:
                yield said


def _scalar(value: syntax.Value) -> Scalar | None:
    match value:
        case syntax.Text(text):
            return text
        case syntax.Number(number):
            return number
        case syntax.Flag(flag):
            return flag
        case _:
            return None


def _alike(scalar: Scalar, *, folds: bool) -> tuple[type, Scalar]:
    """The scalar with its kind, because Python holds `1 == True`."""
    return type(scalar), fold(scalar) if folds and isinstance(scalar, str) else scalar


def _unknown_value(
    operand: syntax.Operand, value: syntax.Value, scalar: Scalar, values: Values
) -> Diagnostic | None:
    near: list[Near] = []
    if isinstance(scalar, str):
        numbers = {text: number for text, number in values.top if isinstance(text, str)}
        near = [
            Near(text, write.quoted(text), _evidence(numbers[text], values))
            for text in ranked(scalar, numbers, weight=lambda text: numbers[text])
        ]
    if not near and not values.complete:
        return None
    name, shown = write.operand(operand), write.value(value)
    if values.complete:
        message, severity = f"`{name}` is never `{shown}`", Severity.WARNING
    else:
        message = f"`{shown}` is none of the most frequent values of `{name}`"
        severity = Severity.HINT
    help = None
    if not near and len(values.top) <= 6:
        listed = ", ".join(f"`{_written(known)}`" for known, _ in values.top)
        help = f"known are {listed}"
    return unknown(
        "unknown-value",
        message,
        value.span or Span(0, 0),
        name=scalar if isinstance(scalar, str) else shown,
        near=near,
        help=help,
        severity=severity,
    )


def _written(scalar: Scalar) -> str:
    match scalar:
        case bool():
            return "true" if scalar else "false"
        case str():
            return write.quoted(scalar)
        case _:
            return write.number(float(scalar))


def _evidence(number: int, values: Values) -> str | None:
    return times(number, "seen", exact=values.exact) if number else None


# Negated tests on what most lack


def _missing(placed: Placed, values: Values, text: str) -> Iterator[Diagnostic]:
    attribute, operand = placed.attribute, placed.attribute.operand
    span = attribute.span
    if span is None or is_negative(attribute.test) == placed.negated or operand in placed.known:
        return
    if isinstance(attribute.test, syntax.Is) and attribute.test.what in ("known", "unknown"):
        return
    if values.share is None or values.share >= _MOSTLY:
        return
    if not isinstance(operand, syntax.Trait | syntax.AccountTrait):
        return
    of = "profiles" if isinstance(operand, syntax.Trait) else "accounts"
    name = write.operand(operand)
    yield Diagnostic(
        "holds-when-missing",
        Severity.HINT,
        span,
        f"this also holds for the {percent(1 - values.share)} of {of} without `{name}`",
        "what is missing passes every negated test",
        None if placed.negated else _known_too(placed, name, span, text),
    )


def _known_too(placed: Placed, name: str, span: Span, text: str) -> Fix:
    written = text[span.start : span.end]
    wanted = f"{written} and {name} is known"
    label = f"add `and {name} is known`"
    return Fix(label, span, wanted if placed.is_joined else f"({wanted})")

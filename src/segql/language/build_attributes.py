"""Parser callbacks: operands and attribute tests → syntax nodes."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from segql.language import refusals
from segql.language.build_values import Piece, ValueBuilder, span_of, types, written
from segql.language.lalr import Token
from segql.language.source import Span
from segql.language.syntax import (
    AccountTrait,
    After,
    Answer,
    Attribute,
    Before,
    Between,
    Changed,
    Compare,
    CompareWith,
    Constant,
    Contains,
    Dated,
    Day,
    During,
    Field,
    Is,
    MoreThanAgo,
    MoreThanFromNow,
    NamedDay,
    On,
    OneOf,
    Operand,
    Point,
    Property,
    TextTest,
    Trait,
    Within,
    WithinNext,
)


class AttributeBuilder(ValueBuilder):
    """Builds what stands on both sides of an attribute test."""

    # Operands

    def key(self, children: list[Any]) -> Piece[str]:
        """A part of a path: a word or a quoted name."""
        token = children[0]
        name = written(token) if token.type == "STRING" else str(token)
        return Piece(name, span_of(children))

    def path(self, children: list[Any]) -> Piece[tuple[str, ...]]:
        """Keys with dots between."""
        keys = tuple(child.given for child in children if isinstance(child, Piece))
        return Piece(keys, span_of(children))

    def operand(self, children: list[Any]) -> Operand:
        """What an attribute test looks at, on its left or on its right."""
        span, first = span_of(children), children[0]
        match first.type:
            case "TRAIT":
                return Trait(children[2].given, span=span)
            case "ACCOUNT":
                return AccountTrait(children[2].given, span=span)
            case "SURVEY":
                return Answer(written(children[1]), children[3].given, span=span)
            case _:
                return Field(str(first), span=span)

    other = operand

    # Tests

    def compare(self, children: list[Any]) -> Compare | CompareWith:
        """`= v` and its kin; the right side may be another attribute."""
        op, right, span = str(children[0]), children[1], span_of(children)
        folded = "CASE" in types(children)
        if not isinstance(right, Trait | AccountTrait | Answer | Field):
            return Compare(op, right, folded, span=span)  # type: ignore[arg-type]
        if folded:
            self.faults.append(refusals.folded_attributes(span_of(children[2:])))
        return CompareWith(op, right, span=span)  # type: ignore[arg-type]

    def is_test(self, children: list[Any]) -> Is | Compare:
        """`is known`, `is "x"`, `is not …`."""
        span, kinds = span_of(children), types(children)
        negated = "NOT" in kinds
        value = next((child for child in children if not isinstance(child, Token)), None)
        if value is not None:
            return Compare("!=" if negated else "=", value, "CASE" in kinds, span=span)
        return Is(str(children[-1]), negated, span=span)  # type: ignore[arg-type]

    def between(self, children: list[Any]) -> Between:
        """`between a and b`."""
        return Between(children[1], children[3], span=span_of(children))

    def one_of(self, children: list[Any]) -> OneOf:
        """`in (…)`."""
        folded = "CASE" in types(children)
        return OneOf(children[1].given, ignoring_case=folded, span=span_of(children))

    def contains(self, children: list[Any]) -> Contains:
        """`contains v`, `contains any of (…)`."""
        kinds = types(children)
        how = "any" if "ANY" in kinds else "all" if "ALL" in kinds else "one"
        given = next(child for child in children if not isinstance(child, Token))
        values = given.given if isinstance(given, Piece) else (given,)
        folded = "CASE" in kinds
        return Contains(how, values, ignoring_case=folded, span=span_of(children))  # type: ignore[arg-type]

    def text_test(self, children: list[Any]) -> TextTest:
        """`starts with "x"` and its kin."""
        kinds = types(children)
        text = children[kinds.index("STRING")]
        how = "matches" if kinds[0] == "MATCHES" else f"{children[0]} {children[1]}"
        folded = "CASE" in kinds
        return TextTest(how, written(text), ignoring_case=folded, span=span_of(children))  # type: ignore[arg-type]

    def dated(self, children: list[Any]) -> Dated:
        """A window test on a date."""
        span, kinds, last = span_of(children), types(children), children[-1]
        window: Any
        match kinds[0]:
            case "BEFORE":
                window = Before(last, span=span)
            case "AFTER":
                window = After(last, span=span)
            case "ON":
                window = self.on_day(last, span)
            case "WITHIN" if "NEXT" in kinds:
                window = WithinNext(last.given, span=span)
            case "WITHIN":
                window = Within(last.given, span=span)
            case "MORE":
                length = children[2].given
                window = (MoreThanAgo if "AGO" in kinds else MoreThanFromNow)(length, span=span)
            case _:
                window = During(last.given, span=span)
        return Dated(window, span=span)

    def on_day(self, point: Point, span: Span) -> On:
        """`on D`: the point must be a whole day."""
        if isinstance(point, Day | NamedDay):
            return On(point, span=span)
        self.faults.append(refusals.day_expected(point.span or span))
        return On(NamedDay("today", span=point.span), span=span)

    def changed(self, children: list[Any]) -> Changed:
        """`changed within 7d`, `unchanged for 14d`."""
        unchanged = children[0].type == "UNCHANGED"
        return Changed(children[2].given, unchanged, span=span_of(children))

    def attribute(self, children: list[Any]) -> Attribute:
        """An operand and its test, `not` before the test or not."""
        test = children[-1]
        if len(children) == 3:
            test = negated(test)
        if isinstance(test, Changed) and not isinstance(children[0], Trait):
            self.faults.append(refusals.changed_elsewhere(children[0], span_of(children[1:])))
        return Attribute(children[0], test, span=span_of(children))

    def prop_test(self, children: list[Any]) -> Attribute:
        """A property and its test."""
        path, test = children[0], children[-1]
        if isinstance(test, CompareWith):
            self.faults.append(refusals.name_as_value("where", test.other.span or path.span))
        if len(path.given) > 1 and path.given[0] in ("trait", "account"):
            self.faults.append(refusals.trait_in_where(path.given, path.span))
        return self.attribute([Property(path.given, span=path.span), *children[1:]])

    inner_test = prop_test

    def constant(self, children: list[Any]) -> Constant:
        """`everyone`, `no one`."""
        return Constant(len(children) == 1, span=span_of(children))


def negated(test: Any) -> Any:
    """The test with `not` before it."""
    if isinstance(test, Compare):  # `not is "x"`
        return evolve(test, op="=" if test.op == "!=" else "!=")
    return evolve(test, negated=not test.negated)

"""Attribute tests as written → core tests on an operand (§2 Attributes, §3)."""

from __future__ import annotations

from math import inf
from typing import Final, assert_never

from segql.language import syntax
from segql.model.casefold import fold
from segql.model.errors import Refused
from segql.model.windows import Window
from segql.rules.rule import (
    AccountTrait,
    AllOf,
    Answer,
    AnyOf,
    ChangedIn,
    Compares,
    ContainsElement,
    ContainsText,
    DateIn,
    Empty,
    Equals,
    Field,
    Holds,
    Known,
    Not,
    NumberIn,
    Operand,
    Property,
    Rule,
    Several,
    Test,
    TextMatches,
    Trait,
    Typed,
)
from segql.rules.windows import (
    changed_window,
    comparison_window,
    first_edge,
    past_edge,
    point_window,
    window_of,
)

_SCORES: Final = {
    "promoter": (9.0, 10.0),
    "passive": (7.0, 8.0),
    "detractor": (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0),
}


def attribute(condition: syntax.Attribute) -> Rule:
    """The core rule of an operand and its test; a negated test is `Not` of the positive one."""
    operand = operand_of(condition.operand)
    match condition.test:
        case syntax.Changed() as test:
            return _signed(Holds(operand, ChangedIn(changed_window(test))), negated=test.negated)
        case syntax.CompareWith(op, other):
            return _compares(operand, op, operand_of(other))
        case test:
            positive, negated = value_test(test)
            return _signed(_held(operand, positive), negated=negated)


def value_test(test: syntax.ValueTest) -> tuple[Test, bool]:
    """The positive core test that `test` is or negates, and whether it negates it."""
    match test:
        case syntax.Compare("=" | "!=" as op, value, ignoring_case):
            return equal_to(value, folded=ignoring_case), op == "!="
        case syntax.Compare():
            return ordered(test), False
        case syntax.Between():
            return between(test), test.negated
        case syntax.OneOf():
            return _several(one_of(test), every=False), test.negated
        case syntax.Contains():
            return _contains(test), test.negated
        case syntax.TextTest():
            return _text_test(test), test.negated
        case syntax.Is():
            return _is(test)
        case syntax.Dated(window, negated):
            return DateIn(window_of(window)), negated
        case _:
            assert_never(test)


def _held(operand: Operand, test: Test) -> Rule:
    match test:
        case Several(every, tests):
            parts = tuple(Holds(operand, one) for one in tests)
            return AllOf(parts) if every else AnyOf(parts)
        case _:
            return Holds(operand, test)


def _compares(left: Operand, op: str, right: Operand) -> Rule:
    match op:
        case "=":
            return Compares(left, "=", right)
        case "!=":
            return Not(Compares(left, "=", right))
        case "<" | "<=":
            return Compares(left, op, right)
        case _:
            return Compares(right, "<" if op == ">" else "<=", left)


def operand_of(operand: syntax.Operand) -> Operand:
    """The core operand."""
    match operand:
        case syntax.Trait(path):
            return Trait(path)
        case syntax.AccountTrait(path):
            return AccountTrait(path)
        case syntax.Field(name):
            return Field(name)
        case syntax.Answer(survey, path):
            return Answer(survey, path)
        case syntax.Property(path):
            return Property(path)
        case _:
            assert_never(operand)


def equal_to(value: syntax.Value, *, folded: bool = False) -> Equals | DateIn:
    """The test for being `value`: inside its day or instant when it is a point in time."""
    match value:
        case syntax.Text() | syntax.Number() | syntax.Flag():
            return Equals(frozenset((_typed(value, folded=folded),)), folded)
        case _:
            return DateIn(point_window(value))


def ordered(test: syntax.Compare) -> NumberIn | DateIn:
    """The test `< <= > >=`; raises `Refused` (`ordered-text`) beside text or a flag."""
    match test.value:
        case syntax.Number(number):
            match test.op:
                case "<":
                    return NumberIn(-inf, number, high_included=False)
                case "<=":
                    return NumberIn(-inf, number)
                case ">":
                    return NumberIn(number, inf, low_included=False)
                case _:
                    return NumberIn(number, inf)
        case syntax.Text() | syntax.Flag():
            raise Refused(f"`{test.op}` needs a number or a date on its right", code="ordered-text")
        case point:
            return DateIn(comparison_window(test.op, point))


def between(test: syntax.Between) -> NumberIn | DateIn:
    """The test `between a and b`, both included, whatever `test.negated` says."""
    match test.low, test.high:
        case syntax.Number(low), syntax.Number(high):
            return NumberIn(low, high)
        case (syntax.Number(), _) | (_, syntax.Number()):
            raise Refused("`between` needs two numbers or two dates", code="mixed-bounds")
        case low, high:
            return DateIn(Window(first_edge(low), past_edge(high)))


def one_of(test: syntax.OneOf) -> tuple[Equals | DateIn, ...]:
    """The tests of which `in (…)` needs one: the plain values together, then the dates."""
    plain = frozenset(
        _typed(value, folded=test.ignoring_case)
        for value in test.values
        if isinstance(value, syntax.Text | syntax.Number | syntax.Flag)
    )
    dates = tuple(
        DateIn(point_window(value))
        for value in test.values
        if not isinstance(value, syntax.Text | syntax.Number | syntax.Flag)
    )
    return (Equals(plain, test.ignoring_case), *dates) if plain else dates


def _typed(value: syntax.Text | syntax.Number | syntax.Flag, *, folded: bool) -> Typed:
    match value:
        case syntax.Text(text):
            return Typed("text", fold(text) if folded else text)
        case syntax.Number(number):
            return Typed("number", float(number))
        case syntax.Flag(flag):
            return Typed("flag", flag)
        case _:
            assert_never(value)


def _contains(test: syntax.Contains) -> Test:
    tests = tuple(_containing(value, folded=test.ignoring_case) for value in test.values)
    return _several(tests, every=test.how == "all")


def _several(tests: tuple[Test, ...], *, every: bool) -> Test:
    return tests[0] if len(tests) == 1 else Several(every, tests)


def _containing(value: syntax.Value, *, folded: bool) -> ContainsText | ContainsElement:
    match value:
        case syntax.Text(text):
            return ContainsText(fold(text) if folded else text, folded)
        case _:
            return ContainsElement(equal_to(value))


def _text_test(test: syntax.TextTest) -> TextMatches:
    # A pattern is not folded: RE2 does that itself, and folding would change its escapes.
    folds = test.ignoring_case and test.how != "matches"
    return TextMatches(test.how, fold(test.text) if folds else test.text, test.ignoring_case)


def _is(test: syntax.Is) -> tuple[Test, bool]:
    match test.what:
        case "known":
            return Known(), test.negated
        case "unknown":
            return Known(), not test.negated
        case "empty":
            return Empty(), test.negated
        case what:
            return Equals(
                frozenset(Typed("number", score) for score in _SCORES[what])
            ), test.negated


def _signed(rule: Rule, *, negated: bool) -> Rule:
    return Not(rule) if negated else rule

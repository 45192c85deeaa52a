"""What a rule depends on: traits, fields, events, surveys, segments, and the passing of time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from attrs import evolve, frozen

from segql.model.values import Path
from segql.model.windows import PAST_NOW, DayEdge, Exact, Window
from segql.rules.rule import (
    AccountTrait,
    Activity,
    AllOf,
    Answer,
    AnyOf,
    AtLeast,
    ChangedIn,
    Compares,
    ContainsElement,
    DateIn,
    Did,
    Event,
    Field,
    Holds,
    InSample,
    InSegment,
    Not,
    Nth,
    Operand,
    Property,
    Rule,
    Sequence,
    Several,
    SurveyAction,
    Teammates,
    Test,
    Trait,
)
from segql.rules.shape import walk, wheres


@frozen
class Reads:
    """What a rule reads, every part of it, whatever the others say.

    A survey None stands for any survey. `changes_with_time`: the rule's own windows move with now,
    so that time alone can change who it holds for. (Data dated in the future can do so for every
    rule, and a referenced segment for the rules that read it.)
    """

    traits: frozenset[Path] = frozenset()
    account_traits: frozenset[Path] = frozenset()
    fields: frozenset[str] = frozenset()
    events: frozenset[str] = frozenset()
    properties: frozenset[tuple[str, Path]] = frozenset()
    """Event and path, in `where` or in `having`."""
    surveys: frozenset[str | None] = frozenset()
    """Surveys whose actions or answers are read."""
    questions: frozenset[tuple[str | None, Path]] = frozenset()
    """Survey and path of an answer."""
    segments: frozenset[str] = frozenset()
    changes_with_time: bool = False
    teammates: Reads | None = None
    """What is read of the profiles of the same account; oneself is among them, so all else here
    counts it too. None where the rule looks at no other profile."""


def reads_of(rule: Rule) -> Reads:
    """Everything that `rule` reads; what it references is named, not followed."""
    return together(map(_read, walk(rule)))


def segments_of(rule: Rule) -> frozenset[str]:
    """The segments that `rule` references directly."""
    return frozenset(part.name for part in walk(rule) if isinstance(part, InSegment))


def together(all_reads: Iterable[Reads]) -> Reads:
    """Everything that some of `all_reads` reads."""
    found = tuple(all_reads)
    of_others = tuple(one.teammates for one in found if one.teammates is not None)
    return Reads(
        traits=frozenset().union(*(one.traits for one in found)),
        account_traits=frozenset().union(*(one.account_traits for one in found)),
        fields=frozenset().union(*(one.fields for one in found)),
        events=frozenset().union(*(one.events for one in found)),
        properties=frozenset().union(*(one.properties for one in found)),
        surveys=frozenset().union(*(one.surveys for one in found)),
        questions=frozenset().union(*(one.questions for one in found)),
        segments=frozenset().union(*(one.segments for one in found)),
        changes_with_time=any(one.changes_with_time for one in found),
        teammates=together(of_others) if of_others else None,
    )


def _read(part: Rule) -> Reads:
    """What `part` itself reads; logic reads nothing, its parts are walked."""
    match part:
        case Holds(operand, test):
            return _read_operand(operand, moves=_test_moves(test))
        case Compares(operand, _, other):
            both = (_read_operand(operand, moves=False), _read_operand(other, moves=False))
            return together(both)
        case Did(activity=activity, having=having, window=window):
            paths = _where_paths(part.where)
            if having is not None:
                paths |= {having.path}
            tested = having is not None and _test_moves(having.test)
            moves = tested or part.units is not None or _moves_past(window) or _where_moves(part)
            return _read_activity(activity, paths, moves=moves)
        case Nth(activity=activity, window=window):
            moves = _moves_past(window) or _where_moves(part)
            return _read_activity(activity, _where_paths(part.where), moves=moves)
        case Sequence(steps, absent, _, window):
            every = steps if absent is None else (*steps, absent)
            moves = _moves_past(window) or _where_moves(part)
            return together(
                _read_activity(Event(step.event), _where_paths(step.where), moves=moves)
                for step in every
            )
        case InSegment(name):
            return Reads(segments=frozenset((name,)))
        case Teammates(_, inner):
            return Reads(fields=frozenset(("account",)), teammates=reads_of(inner))
        case AllOf() | AnyOf() | AtLeast() | Not() | InSample():
            return Reads()
        case _:
            assert_never(part)


def _read_operand(operand: Operand, *, moves: bool) -> Reads:
    match operand:
        case Trait(path):
            return Reads(traits=frozenset((path,)), changes_with_time=moves)
        case AccountTrait(path):
            return Reads(account_traits=frozenset((path,)), changes_with_time=moves)
        case Field(name):
            return Reads(fields=frozenset((name,)), changes_with_time=moves)
        case Answer(survey, path):
            return Reads(
                surveys=frozenset((survey,)),
                questions=frozenset(((survey, path),)),
                changes_with_time=moves,
            )
        case Property():
            return Reads(changes_with_time=moves)  # whose property, the `where` says
        case _:
            assert_never(operand)


def _read_activity(activity: Activity, paths: frozenset[Path], *, moves: bool) -> Reads:
    match activity:
        case Event(name):
            return Reads(
                events=frozenset((name,)),
                properties=frozenset((name, path) for path in paths),
                changes_with_time=moves,
            )
        case SurveyAction(_, survey):
            return Reads(
                surveys=frozenset((survey,)),
                questions=frozenset((survey, path) for path in paths),
                changes_with_time=moves,
            )
        case _:
            assert_never(activity)


def _where_paths(where: Rule | None) -> frozenset[Path]:
    tests = () if where is None else walk(where)
    return frozenset(
        test.operand.path
        for test in tests
        if isinstance(test, Holds) and isinstance(test.operand, Property)
    )


def _where_moves(condition: Rule) -> bool:
    return any(reads_of(where).changes_with_time for where in wheres(condition))


def _test_moves(test: Test) -> bool:
    match test:
        case DateIn(window) | ContainsElement(DateIn(window)) | ChangedIn(window):
            return _moves(window)
        case Several(_, tests):
            return any(map(_test_moves, tests))
        case _:
            return False


def _moves(window: Window) -> bool:
    edges = (edge for edge in (window.low, window.high) if edge is not None)
    return any(not isinstance(edge.anchor, Exact | DayEdge) for edge in edges)


def _moves_past(window: Window) -> bool:
    """Whether a window of what happened moves; an end at now cuts nothing off, whenever now is."""
    return _moves(evolve(window, high=None) if window.high == PAST_NOW else window)

"""A rule and a document on which two engines disagree → smaller ones on which they still do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import evolve, fields_dict

from segql.language import syntax as s

Disagree: TypeAlias = Callable[[s.Rule, Mapping[str, Any]], bool]

KEPT = ("event", "time", "survey", "action")
CLAUSES = ("where", "having", "count", "days", "window", "within")


def smallest(
    rule: s.Rule, document: Mapping[str, Any], disagree: Disagree
) -> tuple[s.Rule, Mapping[str, Any]]:
    """Take away from the rule and from the document what does not matter, until all does."""
    shrunk = True
    while shrunk:
        shrunk = False
        for smaller in _smaller_rules(rule):
            if disagree(smaller, document):
                rule, shrunk = smaller, True
                break
    shrunk = True
    while shrunk:
        shrunk = False
        for less in _without(document):
            if disagree(rule, less):
                document, shrunk = less, True
                break
    return rule, document


def _smaller_rules(rule: s.Rule) -> Iterator[s.Rule]:
    match rule:
        case s.And(items) | s.Or(items) | s.Group(_, items):
            yield from items
            for left_out in range(len(items) if len(items) > 2 else 0):
                yield evolve(rule, items=items[:left_out] + items[left_out + 1 :])
        case s.Not(item):
            yield item
        case s.Attribute() | s.InSegment() | s.InSample() | s.Constant():
            pass
        case s.Teammates(_, item):
            yield item
            for smaller in _smaller_rules(item):
                yield evolve(rule, rule=smaller)
        case _:
            names = fields_dict(type(rule))
            for clause in CLAUSES:
                if clause in names and getattr(rule, clause) is not None:
                    yield _without_clause(rule, clause)
            if getattr(rule, "where", None) is not None:
                assert not isinstance(rule, s.Sequence)
                for where in _smaller_rules(rule.where):  # type: ignore[arg-type]  # asked above
                    yield evolve(rule, where=where)


def _without_clause(rule: Any, clause: str) -> s.Rule:
    found: s.Rule = evolve(rule, **{clause: None})
    return found


def _without(value: Any) -> Iterator[Any]:
    """The value with one thing less in it, large things first."""
    match value:
        case Mapping():
            for key in value:
                if key not in KEPT:
                    yield {other: value[other] for other in value if other != key}
            for key in value:
                for less in _without(value[key]):
                    yield {**value, key: less}
        case list():
            for place in range(len(value)):
                yield value[:place] + value[place + 1 :]
            for place, one in enumerate(value):
                for less in _without(one):
                    yield [*value[:place], less, *value[place + 1 :]]
        case _:
            pass

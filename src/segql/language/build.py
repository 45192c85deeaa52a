"""Parser callbacks: logic, behaviour, surveys, segments and files → syntax nodes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from segql.language import refusals
from segql.language.build_attributes import AttributeBuilder
from segql.language.build_values import Piece, span_of, whole, written
from segql.language.clauses import Clause, ClauseBuilder, Clauses
from segql.language.lalr import Token
from segql.language.source import Span
from segql.language.syntax import (
    And,
    Constant,
    Did,
    Group,
    InSample,
    InSegment,
    Not,
    Notify,
    Nth,
    Or,
    Rule,
    Segment,
    Sequence,
    Since,
    Step,
    SurveyDid,
    Teammates,
)

_ACTIONS = {"SAW": "seen", "COMPLETED": "completed", "DISMISSED": "dismissed"}


@frozen
class _Part:
    """A line of a segment: its kind, what it says, where."""

    kind: str
    given: Any
    span: Span


class Builder(ClauseBuilder, AttributeBuilder):
    """Builds rules and files."""

    # Logic

    def rule(self, children: list[Any]) -> Rule:
        """A whole text."""
        return children[0]  # type: ignore[no-any-return]

    def or_expr(self, children: list[Any]) -> Or:
        """Items with `or` between."""
        return Or(_flat(Or, children), span=span_of(children))

    def and_expr(self, children: list[Any]) -> And:
        """Items with `and` between."""
        return And(_flat(And, children), span=span_of(children))

    def not_expr(self, children: list[Any]) -> Not:
        """`not a`."""
        return Not(children[1], span=span_of(children))

    def paren(self, children: list[Any]) -> Rule:
        """Parentheses leave no trace, but their place counts as the rule's."""
        return evolve(children[1], span=span_of(children))  # type: ignore[no-any-return]

    prop_or, prop_and, prop_not, prop_paren = or_expr, and_expr, not_expr, paren

    def items(self, children: list[Any]) -> Piece[tuple[Rule, ...]]:
        """What stands in a group's parentheses."""
        found = tuple(child for child in children if not isinstance(child, Token))
        return Piece(found, span_of(children))

    def group(self, children: list[Any]) -> Group:
        """`all of (…)` and its kin."""
        span, items = span_of(children), children[-1].given
        match children[0].type:
            case "AT":
                least = whole(children[2])
                if not 1 <= least <= len(items):
                    place = Span(children[2].start_pos, children[2].end_pos)
                    self.faults.append(refusals.group_count(least, len(items), place))
                return Group("at least", items, least, span=span)
            case "ALL":
                return Group("all", items, span=span)
            case "ANY":
                return Group("any", items, span=span)
            case _:
                return Group("none", items, span=span)

    # Conditions

    def teammates(self, children: list[Any]) -> Teammates:
        """`any teammate (…)`."""
        return Teammates(str(children[0]), children[3], span=span_of(children))  # type: ignore[arg-type]

    def in_segment(self, children: list[Any]) -> InSegment:
        """`in segment "x"`."""
        return InSegment(written(children[2]), span=span_of(children))

    def in_sample(self, children: list[Any]) -> InSample:
        """`in sample 10% of "q3"`."""
        number = children[2]
        percent = Decimal(str(number).replace("_", "")) or Decimal(0)  # never -0
        if not 0 <= percent <= 100 or len(number.text.partition(".")[2]) > 40:
            place = Span(number.start_pos, number.end_pos)
            self.faults.append(refusals.no_percent(str(number), place))
        name = written(children[5]) if len(children) == 6 else None
        return InSample(percent, name, span=span_of(children))

    def did(self, children: list[Any]) -> Rule:
        """`did "x"` with clauses, or a sequence; `did not` and `never did` negate."""
        span = span_of(children)
        first = next(i for i, child in enumerate(children) if not isinstance(child, Token))
        negated = first == 2
        steps, absent = self._steps(children[first:])
        rule: Rule
        if len(steps) == 1:
            event, clauses = steps[0]
            self.faults.extend(clauses.refuse_for_did())
            rule = Did(
                event.given,
                clauses.where,
                clauses.having,
                clauses.count,
                clauses.days,
                clauses.window,
                clauses.regularity,
                span=span,
            )
        else:
            if negated and children[0].type == "DID":
                place = Span(children[1].start_pos, children[1].end_pos)
                self.faults.append(refusals.did_not_sequence(span.start, place))
            rule = self._sequence(steps, absent, span)
        return Not(rule, span=span) if negated else rule

    def _steps(self, children: list[Any]) -> tuple[list[tuple[Piece[str], Clauses]], bool]:
        """Each event with its clauses, and whether the last step is `then not`."""
        steps: list[tuple[Piece[str], Clauses]] = []
        absent = False
        for child in children:
            match child:
                case Clause():
                    steps[-1][1].add(child, self.faults)
                case Piece():
                    steps.append((child, Clauses(f'did "{child.given}"')))
                case Token(type="THEN") if absent:
                    self.faults.append(refusals.step_after_absent(_place(child)))
                case Token(type="NOT"):
                    absent = True
                case _:
                    pass
        return steps, absent

    def _sequence(
        self, steps: list[tuple[Piece[str], Clauses]], absent: bool, span: Span
    ) -> Sequence:
        built = []
        for index, (event, clauses) in enumerate(steps):
            is_last = index == len(steps) - 1
            self.faults.extend(clauses.refuse_for_step(is_last=is_last))
            built.append(Step(event.given, clauses.where, span=event.span))
        last = steps[-1][1]
        within = last.length
        if within is not None and not within.length.is_exact:
            self.faults.append(refusals.inexact_within(str(within.length), within.span or span))
        return Sequence(
            tuple(built),
            absent,
            None if within is None else within.length,
            last.bounds,
            span=span,
        )

    def surveyed(self, children: list[Any]) -> SurveyDid:
        """`saw survey "nps"` and its kin, with clauses."""
        span = span_of(children)
        survey = None if children[1].type == "ANY" else written(children[2])
        clauses = Clauses(f"{children[0]} survey")
        for child in children[3:]:
            clauses.add(child, self.faults)
        action = _ACTIONS[children[0].type]
        self.faults.extend(clauses.refuse_for_survey(action))
        return SurveyDid(
            action,  # type: ignore[arg-type]
            survey,
            clauses.where,
            clauses.count,
            clauses.days,
            clauses.window,
            span=span,
        )

    def nth(self, children: list[Any]) -> Nth:
        """`first did "x" within 7d`."""
        span = span_of(children)
        which = str(children[0])
        clauses = Clauses(f"{which} did")
        for child in children[3:]:
            clauses.add(child, self.faults)
        self.faults.extend(clauses.refuse_for_nth(which, span))
        window = clauses.window or Since(self.point([Token("NOW", "now", 0, 0)]))
        return Nth(which, children[2].given, window, clauses.where, span=span)  # type: ignore[arg-type]

    # Files

    def file(self, children: list[Any]) -> tuple[Segment, ...]:
        """Segments in order."""
        return tuple(children)

    def segment(self, children: list[Any]) -> Segment:
        """A segment with its lines; the first of repeated ones counts, the others are faults."""
        span, name = span_of(children), children[1]
        found: dict[str, Any] = {}
        notify = []
        for part in children[2:]:
            if part.kind == "notify":
                notify.append(part.given)
            elif part.kind in found:
                self.faults.append(refusals.line_twice(part.kind, part.span))
            else:
                found[part.kind] = part.given
        if "when" not in found:
            self.faults.append(refusals.no_rule(written(name), _place(name)))
        if not written(name).strip():
            self.faults.append(refusals.no_name(_place(name)))
        return Segment(
            written(name),
            found.get("when", Constant(True)),
            found.get("description"),
            tuple(notify),
            span=span,
            name_span=_place(name),
        )

    def description(self, children: list[Any]) -> _Part:
        """`description "…"`."""
        return _Part("description", written(children[1]), span_of(children))

    def when(self, children: list[Any]) -> _Part:
        """`when RULE`."""
        return _Part("when", children[1], span_of(children))

    def on_enter(self, children: list[Any]) -> _Part:
        """`on enter notify …`."""
        return _notify("enter", children)

    def on_leave(self, children: list[Any]) -> _Part:
        """`on leave notify …`."""
        return _notify("leave", children)

    def after(self, children: list[Any]) -> _Part:
        """`after 3d notify …`."""
        return _notify("after", children)

    def strings(self, children: list[Any]) -> Piece[tuple[str, ...]]:
        """Names of destinations."""
        names = tuple(written(child) for child in children if child.type == "STRING")
        return Piece(names, span_of(children))

    def cooldown(self, children: list[Any]) -> Piece[Any]:
        """`at most once every 30d`."""
        return Piece(children[-1].given, span_of(children))


def _notify(when: str, children: list[Any]) -> _Part:
    span = span_of(children)
    pieces = [child.given for child in children if isinstance(child, Piece)]
    after = pieces.pop(0) if when == "after" else None
    cooldown = pieces[1] if len(pieces) > 1 else None
    return _Part("notify", Notify(when, pieces[0], after, cooldown, span=span), span)  # type: ignore[arg-type]


def _flat(kind: type[And] | type[Or], children: list[Any]) -> tuple[Rule, ...]:
    items: list[Rule] = []
    for child in children:
        if isinstance(child, kind):
            items.extend(child.items)
        elif not isinstance(child, Token):
            items.append(child)
    return tuple(items)


def _place(token: Token) -> Span:
    return Span(int(token.start_pos or 0), int(token.end_pos or 0))

"""Parser callbacks: the clauses behind `did` and survey conditions, and which may stand where."""

from __future__ import annotations

from typing import Any, Final

from attrs import define, field, frozen

from segql.language import refusals, refusals_units
from segql.language.build_attributes import AttributeBuilder, negated
from segql.language.build_values import Piece, span_of, types, whole, written
from segql.language.diagnostics import Diagnostic
from segql.language.lalr import Token
from segql.language.source import Span
from segql.language.syntax import (
    VALUE_AGGREGATES,
    Before,
    BetweenAgo,
    BetweenPoints,
    Changed,
    Compare,
    CompareWith,
    Counted,
    During,
    EventWindow,
    Having,
    Property,
    Regularity,
    Rule,
    SequenceWindow,
    Since,
    Within,
)
from segql.model.durations import SHORT_BY_LONG, Duration

_COUNTS: Final = {
    "EXACTLY": "exactly",
    "MORE": "more than",
    "FEWER": "fewer than",
    "BETWEEN": "between",
}


NOWHERE: Final = Span(0, 0)


@frozen
class Clause:
    """One clause: `where`, `having`, `count`, `days`, `window`, `regularity`; what it says."""

    kind: str
    given: Any
    span: Span


@define
class Clauses:
    """The clauses of one condition, or of one step of a sequence, as they come."""

    owner: str
    """What they belong to, for messages."""
    _found: dict[str, Clause] = field(factory=dict)

    def add(self, clause: Clause, faults: list[Diagnostic]) -> None:
        """Take a clause; the first of a kind counts, but for `within` beside another window."""
        slot = clause.kind
        if slot == "window" and isinstance(clause.given, Within):
            slot = "within"
        if slot == "where" and self._found:
            self._late_where = clause
        if slot in self._found:
            faults.append(refusals.clause_twice(clause.kind, clause.span))
        else:
            self._found[slot] = clause
        if slot in ("within", "window") and {"within", "window"} <= self._found.keys():
            self._both = clause

    _both: Clause | None = None
    _late_where: Clause | None = None

    def _given(self, slot: str) -> Any:
        clause = self._found.get(slot)
        return None if clause is None else clause.given

    @property
    def where(self) -> Rule | None:
        """The filter."""
        return self._given("where")  # type: ignore[no-any-return]

    @property
    def having(self) -> Having | None:
        """The aggregate."""
        return self._given("having")  # type: ignore[no-any-return]

    @property
    def count(self) -> Counted | None:
        """The count."""
        return self._given("count")  # type: ignore[no-any-return]

    @property
    def days(self) -> Counted | None:
        """The count of days."""
        return self._given("days")  # type: ignore[no-any-return]

    @property
    def regularity(self) -> Regularity | None:
        """The count of calendar units."""
        return self._given("regularity")  # type: ignore[no-any-return]

    @property
    def length(self) -> Within | None:
        """`within` on its own."""
        return self._given("within")  # type: ignore[no-any-return]

    @property
    def bounds(self) -> SequenceWindow | None:
        """The window that is not `within`."""
        return self._given("window")  # type: ignore[no-any-return]

    @property
    def window(self) -> EventWindow | None:
        """The one window there may be outside sequences."""
        return self.length or self.bounds

    def refuse_two_windows(self) -> list[Diagnostic]:
        """A fault where `within` stands beside another window."""
        return [] if self._both is None else [refusals.clause_twice("window", self._both.span)]

    def refuse_for_did(self) -> list[Diagnostic]:
        """Faults of `did`: two windows, or one beside a regularity."""
        found = self.refuse_two_windows()
        if not found and self.regularity is not None and self.window is not None:
            found.append(refusals_units.window_beside_regularity(self.window.span or NOWHERE))
        return found

    def refuse_for_step(self, *, is_last: bool) -> list[Diagnostic]:
        """Faults of a step: only `where`; behind the last one also `within` and a window."""
        allowed = {"where", "within", "window"} if is_last else {"where"}
        late = self._late_where
        return (
            [refusals.late_where(late.span)]
            if late is not None and is_last
            else [
                refusals.clause_in_sequence(clause.kind, clause.span, is_last=is_last)
                for slot, clause in self._found.items()
                if slot not in allowed
            ]
        )

    def refuse_for_survey(self, action: str) -> list[Diagnostic]:
        """Faults of a survey condition: no `having`, and `where` with `completed` only."""
        found = self.refuse_two_windows()
        if "having" in self._found:
            found.append(refusals.having_on_survey(self._found["having"].span))
        if "regularity" in self._found:
            found.append(refusals_units.regularity_on_survey(self._found["regularity"].span))
        if "where" in self._found and action != "completed":
            found.append(refusals.where_on_survey(action, self._found["where"].span))
        return found

    def refuse_for_nth(self, which: str, span: Span) -> list[Diagnostic]:
        """Faults of `first did`: `where` and exactly one window."""
        found = self.refuse_two_windows()
        found += [
            refusals.clause_on_nth(which, clause.kind, clause.span)
            for slot, clause in self._found.items()
            if slot in ("having", "count", "days", "regularity")
        ]
        if self.window is None:
            found.append(refusals.nth_without_window(which, span))
        return found


class ClauseBuilder(AttributeBuilder):
    """Builds clauses."""

    def event(self, children: list[Any]) -> Piece[str]:
        """The name of an event."""
        return Piece(written(children[0]), span_of(children))

    def clause(self, children: list[Any]) -> Clause:
        """Any clause."""
        return children[0]  # type: ignore[no-any-return]

    def where(self, children: list[Any]) -> Clause:
        """`where` with one test, or with more in parentheses."""
        rule = next(child for child in children if not isinstance(child, Token))
        return Clause("where", rule, span_of(children))

    def aggregate(self, children: list[Any]) -> Piece[str]:
        """`sum`, `count distinct`."""
        return Piece(" ".join(str(child) for child in children), span_of(children))

    def having(self, children: list[Any]) -> Clause:
        """`having sum(amount) >= 500`."""
        span, name, path, test = span_of(children), children[1], children[3], children[-1]
        if "NOT" in types(children):
            test = negated(test)
        refused = self._refused_in_having(name.given, test, span)
        if refused is not None:
            self.faults.append(refused)
            test = Compare("=", refusals.ZERO, span=test.span)
        return Clause("having", Having(name.given, path.given, test, span=span), span)

    def _refused_in_having(self, aggregate: str, test: Any, span: Span) -> Diagnostic | None:
        place = test.span or span
        if isinstance(test, CompareWith):
            return refusals.name_as_value("having", test.other.span or place)
        if aggregate not in VALUE_AGGREGATES:
            return None if refusals.is_number_test(test) else refusals.having_test(place)
        if isinstance(test, Changed):
            return refusals.changed_elsewhere(Property(()), place)
        return None

    def count(self, children: list[Any]) -> Clause:
        """`at least 3 times`."""
        span = span_of(children)
        return Clause("count", self._counted(children, span), span)

    def days(self, children: list[Any]) -> Clause:
        """`on at least 5 days`."""
        span = span_of(children)
        unit = str(children[-1])
        if SHORT_BY_LONG.get(unit.removesuffix("s")) != "d":
            place = Span(children[-1].start_pos, children[-1].end_pos)
            self.faults.append(refusals.only_days(unit, place))
        return Clause("days", self._counted(children, span), span)

    def _counted(self, children: list[Any], span: Span) -> Counted:
        kinds = types(children)
        if "AT" in kinds:
            how = "at least" if "LEAST" in kinds else "at most"
        else:
            how = next(_COUNTS[kind] for kind in kinds if kind in _COUNTS)
        numbers = [child for child in children if isinstance(child, Token) and child.type == "INT"]
        low = whole(numbers[0])
        high = whole(numbers[1]) if how == "between" else None
        place = Span(int(numbers[0].start_pos or 0), int(numbers[-1].end_pos or 0))
        self.faults.extend(refusals.count_faults(how, low, high, place))
        return Counted(how, low, high, span=span)  # type: ignore[arg-type]

    def regularity(self, children: list[Any]) -> Clause:
        """`in at least 3 of the last 5 weeks`."""
        span, of = span_of(children), types(children).index("OF")
        last, unit = children[-2], str(children[-1]).removesuffix("s")
        *_, amount_span, unit_span = map(_place, children)
        article = children[of + 1]
        if article.type == "LAST":
            self.faults.append(refusals_units.small_word("the", _place(article)))
        elif str(article) != "the":
            self.faults.append(refusals_units.other_word(str(article), "the", _place(article)))
        known = len(self.faults)
        counted = self._counted(children[:of], span_of(children[1:of]))
        if len(self.faults) == known:
            found = refusals_units.regularity_faults(
                counted, whole(last), amount_span, unit, unit_span
            )
            self.faults.extend(found)
        given = Regularity(counted, whole(last), unit, span=span)  # type: ignore[arg-type]
        return Clause("regularity", given, span)

    def window(self, children: list[Any]) -> Clause:
        """A window over events."""
        span, kinds, last = span_of(children), types(children), children[-1]
        given: EventWindow
        match kinds[0]:
            case "WITHIN":
                given = Within(last.given, span=span)
            case "SINCE":
                given = Since(last, span=span)
            case "BEFORE":
                given = Before(last, span=span)
            case "ON":
                given = self.on_day(last, span)
            case "DURING":
                given = During(last.given, span=span)
            case _ if "AGO" in kinds:
                given = self._between_ago(children, span)
            case _:
                given = BetweenPoints(children[1], children[3], span=span)
        return Clause("window", given, span)

    def _between_ago(self, children: list[Any], span: Span) -> BetweenAgo:
        far: Duration = children[1].given
        near: Duration = children[3].given
        if _length(near) >= _length(far):
            self.faults.append(refusals.reversed_ago(str(far), str(near), span))
        return BetweenAgo(far, near, span=span)


def _place(token: Token) -> Span:
    return Span(int(token.start_pos or 0), int(token.end_pos or 0))


def _length(duration: Duration) -> float:
    """A length to compare by; calendar steps at their mean."""
    return duration.ms if duration.is_exact else duration.months * 30.436875 * 86_400_000

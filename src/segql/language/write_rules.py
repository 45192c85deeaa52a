"""A rule as parts for the layout: clause order, parentheses, and where a line may be broken.

Spans of pieces come from the nodes; what the nodes keep no span of (parentheses, `where`, the
name after `did`) is looked up in the source. Without a source the pieces have none.
"""

from __future__ import annotations

from collections.abc import Sequence as Several
from typing import TypeAlias, assert_never

from attrs import evolve, frozen

from segql.language import write
from segql.language.comments import Places
from segql.language.layout import Filled, Gap, Indented, Part, Piece, Together, extent
from segql.language.source import Span
from segql.language.syntax import (
    And,
    Attribute,
    Constant,
    Counted,
    Did,
    EventWindow,
    Group,
    Having,
    InSample,
    InSegment,
    Not,
    Nth,
    Or,
    Rule,
    Sequence,
    Step,
    SurveyDid,
    Teammates,
    Value,
)

Parts: TypeAlias = tuple[Part, ...]

_VERBS = {"seen": "saw", "completed": "completed", "dismissed": "dismissed"}


@frozen
class Lead:
    """What stands before a rule on its line: `words` with a blank behind, from `start` on."""

    words: str = ""
    start: int | None = None

    def more(self, words: str, span: Span | None) -> Lead:
        """This lead, and `words` that begin where `span` does."""
        start = self.start if self.start is not None else None if span is None else span.start
        return Lead(f"{self.words}{words} ", start)


NOTHING = Lead()


@frozen
class RuleWriter:
    """Turns nodes into parts; `places` are those of the text that the spans belong to."""

    places: Places | None = None
    encloses_where: bool = False
    """A `where` with one test has parentheses too, as a field behind it would read like a part."""

    def rule(self, rule: Rule, lead: Lead = NOTHING) -> Parts:
        """The parts of `rule`; And and Or at the top are bare."""
        match rule:
            case And(items) | Or(items):
                word = "and" if isinstance(rule, And) else "or"
                return self._joined(items, word, lead)
            case Not(item):
                negated = lead.more("not", rule.span)
                if isinstance(item, And | Or):
                    return self._wrapped(item, negated)
                return self.rule(item, negated)
            case Group():
                return self._group(rule, lead)
            case Attribute():
                return self._attribute(rule, lead)
            case Did() | Nth() | SurveyDid():
                return self._behaviour(rule, lead)
            case Sequence():
                return self._sequence(rule, lead)
            case InSegment(name):
                return (_piece(f"in segment {write.quoted(name)}", lead, rule.span),)
            case Teammates(how, item):
                head = f"{how} teammate ("
                return self._enclosed(head, self.rule(item), Gap(flat=""), lead, rule)
            case InSample(percent, name):
                of = "" if name is None else f" of {write.quoted(name)}"
                return (_piece(f"in sample {write.percent(percent)}{of}", lead, rule.span),)
            case Constant(holds):
                return (_piece("everyone" if holds else "no one", lead, rule.span),)
            case _:
                assert_never(rule)

    def _joined(self, items: tuple[Rule, ...], word: str, lead: Lead) -> Parts:
        parts: list[Part] = []
        for index, item in enumerate(items):
            before = Lead(f"{word} ") if index else lead
            if index:
                parts.append(Gap())
            needs = isinstance(item, And | Or)
            reads_on = word == "and" and write.reads_on(item, items[index + 1 : index + 2])
            writer = evolve(self, encloses_where=reads_on)
            parts.extend(writer._wrapped(item, before) if needs else writer.rule(item, before))
        return tuple(parts)

    def _wrapped(self, rule: Rule, lead: Lead) -> Parts:
        """`rule` in parentheses; its own in the source, if it has them, carry the comments."""
        inner = self.rule(rule)
        opening, closing = self._parentheses(inner)
        start = opening.start if opening is not None and lead.start is None else lead.start
        span = None if opening is None or start is None else Span(start, opening.end)
        if span is None and (first := extent(inner)) is not None:
            at = first.start if start is None else start  # none in the source: no width
            span = Span(at, at)
        return (
            Together(
                (
                    Piece(f"{lead.words}(", span),
                    Indented((Gap(flat=""), *inner)),
                    Gap(flat=""),
                    Piece(")", closing, closes=True),
                )
            ),
        )

    def _parentheses(self, inner: Parts) -> tuple[Span | None, Span | None]:
        whole = extent(inner)
        if self.places is None or whole is None:
            return None, None
        return self.places.parentheses(whole.start, whole.end) or (None, None)

    def _group(self, group: Group, lead: Lead) -> Parts:
        words = f"at least {group.least}" if group.how == "at least" else group.how
        items: list[Part] = []
        for index, item in enumerate(group.items):
            if index:
                items.extend((Piece(","), Gap()))
            items.append(_continued(self.rule(item)))
        return self._enclosed(f"{words} of (", tuple(items), Gap(flat="", broken=","), lead, group)

    def _enclosed(
        self, head: str, inner: Parts, last: Gap, lead: Lead, whole: Group | Teammates
    ) -> Parts:
        """`inner` in the parentheses that `head` ends with, which are the first ones of `whole`."""
        opening = closing = span = None
        if self.places is not None and whole.span is not None:
            opening = self.places.opening_after(whole.span.start)
            closing = None if opening is None else self.places.partner(opening)
            span = None if opening is None else Span(whole.span.start, opening.end)
        indented = Indented((Gap(flat=""), *inner))
        end = Piece(")", closing, closes=True)
        return (Together((_piece(head, lead, span), indented, last, end)),)

    def _attribute(self, attribute: Attribute, lead: Lead) -> Parts:
        left, test = write.operand(attribute.operand), attribute.test
        listed = write.list_test(test)
        if listed is None:
            return (_piece(f"{left} {write.simple_test(test)}", lead, attribute.span),)
        words, values = listed
        head = f"{left} {words}"
        return self._list(head, values, write.ignoring(test), lead, attribute.span)

    def _list(
        self, head: str, values: tuple[Value, ...], tail: str, lead: Lead, span: Span | None
    ) -> Parts:
        first = values[0].span
        opening = closing = None
        if self.places is not None and first is not None and span is not None:
            opening = self.places.opening_before(first.start)
            closing = None if opening is None else self.places.partner(opening)
        before = None if opening is None or span is None else Span(span.start, opening.end)
        after = None if closing is None or span is None else closing.to(span)
        items: list[Part] = []
        for index, each in enumerate(values):
            if index:
                items.extend((Piece(","), Gap()))
            items.append(Piece(write.value(each), each.span))
        return (
            Together(
                (
                    _piece(f"{head} (", lead, before),
                    Indented((Gap(flat=""), Filled(tuple(items)))),
                    Gap(flat=""),
                    Piece(f"){tail}", after, closes=True),
                )
            ),
        )

    def _behaviour(self, condition: Did | Nth | SurveyDid, lead: Lead) -> Parts:
        span, clauses = condition.span, [self._where(condition.where)]
        match condition:
            case Did(event):
                head = f"did {write.quoted(event)}"
                clauses.append(self._having(condition.having))
            case Nth(which, event):
                head = f"{which} did {write.quoted(event)}"
            case SurveyDid(action, survey):
                named = "any survey" if survey is None else f"survey {write.quoted(survey)}"
                head = f"{_VERBS[action]} {named}"
        if not isinstance(condition, Nth):
            clauses.append(_count(condition.count, "", "time"))
            clauses.append(_count(condition.days, "on ", "day"))
        clauses.append(_window(condition.window))
        if isinstance(condition, Did) and condition.regularity is not None:
            regularity = condition.regularity
            clauses.append((Piece(write.regularity(regularity), regularity.span),))
        if self.places is not None and span is not None:
            unnamed = isinstance(condition, SurveyDid) and condition.survey is None
            end = (
                self.places.word_end(span.start, "survey")
                if unnamed
                else self.places.string_end(span.start)
            )
            span = Span(span.start, end)
        return _with_clauses(_piece(head, lead, span), clauses)

    def _where(self, where: Rule | None) -> Parts:
        if where is None:
            return ()
        whole, start = extent(self.rule(where)), None
        if self.places is not None and whole is not None:
            start = self.places.widened(self.places.widened(whole.start, ("(",)), ("where",))
        lead = Lead("where ", start)
        if isinstance(where, Attribute) and not self.encloses_where:
            return self.rule(where, lead)
        return self._wrapped(where, lead)

    def _having(self, having: Having | None) -> Parts:
        if having is None:
            return ()
        left, listed = write.having(having), write.list_test(having.test)
        if listed is None:
            return (Piece(f"{left} {write.simple_test(having.test)}", having.span),)
        words, values = listed
        tail = write.ignoring(having.test)
        return self._list(f"{left} {words}", values, tail, NOTHING, having.span)

    def _sequence(self, sequence: Sequence, lead: Lead) -> Parts:
        head, *others = sequence.steps
        first = self._step(head, "did", lead.more("", sequence.span).start, lead)
        clauses = []
        for index, step in enumerate(others, 2):
            absent = sequence.absent and index == len(sequence.steps)
            clauses.append(self._step(step, "then not" if absent else "then", None, NOTHING))
        if sequence.within is not None:
            clauses.append(
                (Piece(f"within {sequence.within}", self._within(sequence, clauses[-1])),)
            )
        clauses.append(_window(sequence.window))
        return _with_clauses(first, clauses)

    def _step(self, step: Step, words: str, start: int | None, lead: Lead) -> Parts:
        span = step.span
        if self.places is not None and span is not None:
            at = self.places.widened(span.start, ("then", "not")) if start is None else start
            span = Span(at, self.places.string_end(span.start))
        head = Piece(f"{lead.words}{words} {write.quoted(step.event)}", span)
        return _with_clauses(head, [self._where(step.where)])

    def _within(self, sequence: Sequence, last: Parts) -> Span | None:
        """`within` and its length, after the `last` step; the length has no span of its own."""
        steps, whole = extent(last), sequence.span
        if self.places is None or steps is None or whole is None:
            return None
        return self.places.word(steps.end, whole.end, "within")


def _piece(words: str, lead: Lead, span: Span | None) -> Piece:
    if span is not None and lead.start is not None:
        span = Span(min(lead.start, span.start), span.end)
    return Piece(lead.words + words, span)


def _count(counted: Counted | None, before: str, unit: str) -> Parts:
    if counted is None:
        return ()
    return (Piece(before + write.counted(counted, unit), counted.span),)


def _window(window: EventWindow | None) -> Parts:
    return () if window is None else (Piece(write.window(window), window.span),)


def _with_clauses(head: Piece | Parts, clauses: Several[Parts]) -> Parts:
    first = (head,) if isinstance(head, Piece) else head
    lines = [part for clause in clauses if clause for part in (Gap(), *clause)]
    return (Together((*first, Indented(tuple(lines)))),) if lines else first


def _continued(parts: Parts) -> Part:
    """An item of a group whose second and later lines are indented, so that items stay apart."""
    first, *others = parts
    return Together((first, Indented(tuple(others)))) if others else first

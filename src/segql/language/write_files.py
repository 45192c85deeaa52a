"""Segments and files as parts for the layout (§5)."""

from __future__ import annotations

from attrs import frozen

from segql.language import write
from segql.language.comments import Places
from segql.language.layout import (
    STEP,
    WIDTH,
    Filled,
    Gap,
    Hugged,
    Indented,
    Part,
    Piece,
    Together,
    extent,
)
from segql.language.source import Span
from segql.language.syntax import And, Notify, Or, Rule, Segment
from segql.language.write_rules import Parts, RuleWriter


@frozen
class FileWriter:
    """Turns segments into parts; `places` are those of the text that the spans belong to."""

    places: Places | None = None

    def file(self, segments: tuple[Segment, ...], end: int = 0) -> Parts:
        """All segments in order, and after them a place for the comments at the file's end."""
        parts: list[Part] = []
        for index, segment in enumerate(segments, 1):
            if parts:
                parts.append(Gap(always=True, blank=True))
            following = segments[index].span if index < len(segments) else None
            parts.extend(self.segment(segment, end if following is None else following.start))
        if parts:
            parts.append(Together((Gap(flat="", blank=True), Piece("", Span(end, end), top=True))))
        else:
            parts.append(Piece("", Span(end, end), top=True))
        return tuple(parts)

    def segment(self, segment: Segment, after: int) -> Parts:
        """A segment: `description`, `when`, then the lines that fire, in the order written.

        `after` is where what follows it begins in the source.
        """
        span = segment.span
        head = (
            span
            if span is None or segment.name_span is None
            else Span(span.start, segment.name_span.end)
        )
        lines: list[Part] = []
        if segment.description is not None:
            place = None
            if self.places is not None and span is not None:
                place = self.places.heading(span.start, span.end, "description")
            lines += (_line(), Piece(f"description {write.quoted(segment.description)}", place))
        lines += (_line(), *self._when(segment.rule))
        for notify in segment.notify:
            lines += (_line(), *_notify(notify))
        if self.places is not None and span is not None:
            end = self.places.block_end(after)
            lines.append(Together((Gap(flat=""), Piece("", Span(end, end)))))
        return (
            Piece(f"segment {write.quoted(segment.name)}", head, top=True),
            Indented(tuple(lines)),
        )

    def _when(self, rule: Rule) -> Parts:
        parts, place = RuleWriter(self.places).rule(rule), None
        whole = extent(parts)
        if self.places is not None and whole is not None:
            place = self.places.word_before(whole.start, "when")
        when = Piece("when", place)
        if isinstance(rule, And | Or):
            return (Together((when, Indented((Gap(), *parts)))),)
        return (when, Hugged(Gap(), parts))


def _line() -> Gap:
    return Gap(always=True)


def _notify(notify: Notify) -> Parts:
    moment = f"after {notify.after}" if notify.when == "after" else f"on {notify.when}"
    first, *others = (write.quoted(name) for name in notify.destinations)
    words = [f"{moment} notify {first}", *others]
    words = [f"{word}," for word in words[:-1]] + words[-1:]
    if notify.cooldown is not None:
        words.append(f"at most once every {notify.cooldown}")
    line, span = " ".join(words), notify.span
    if len(line) + STEP <= WIDTH or len(words) == 1:
        return (Piece(line, span),)
    # The names have no spans: comments go to the first one, or below the last.
    start = None if span is None else Span(span.start, span.start + 1)
    end = None if span is None else Span(span.end - 1, span.end)
    parts: list[Part] = []
    for word in words[1:-1]:
        parts += (Gap(), Piece(word))
    return (
        Piece(words[0], start),
        Indented((Filled((*parts, Gap(), Piece(words[-1], end))),)),
    )

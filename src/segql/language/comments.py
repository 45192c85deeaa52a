"""The tokens and comments of a text, as the formatter needs them: found by a scan of its own.

The scan never fails: a text that does not parse still has tokens, and an unclosed string ends with
its line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import Final

from attrs import field, frozen

from segql.language.source import Span

_TOKEN: Final = re.compile(
    r"""(?P<comment>\#[^\n]*)
    | (?P<text>"(?:[^"\\\n]|\\[^\n])*"? | '(?:[^'\\\n]|\\[^\n])*'?
              | “(?:[^”\\\n]|\\[^\n])*”? | ‘(?:[^’\\\n]|\\[^\n])*’?
              | „(?:[^“”\\\n]|\\[^\n])*[“”]? )
    | (?P<word>[^\W\d]\w*)
    | (?P<mark>[(),]|[^\s\#"'“‘„(),\ufeff]+?(?=[^\W\d]|\W|\Z)|\S)""",
    re.VERBOSE,
)
_MARGIN: Final = " \t\r\ufeff"


@frozen
class Token:
    """A string, a word, a parenthesis, a comma, or a run of anything else."""

    kind: str
    text: str
    span: Span


@frozen
class Comment:
    """A comment from `#` to the end of its line, without trailing blanks.

    `alone`: nothing but blanks before it on its line, `column` of them. The blank lines around it
    are those of the source.
    """

    text: str
    start: int
    alone: bool
    column: int
    blank_before: bool
    blank_after: bool


def scan(text: str) -> tuple[tuple[Token, ...], tuple[Comment, ...]]:
    """The tokens and the comments of `text`, each in order."""
    tokens: list[Token] = []
    comments: list[Comment] = []
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "mark"
        if kind == "comment":
            comments.append(_comment(text, found.start(), found.group()))
        elif found.group() != "\ufeff":
            tokens.append(Token(kind, found.group(), Span(*found.span())))
    return tuple(tokens), tuple(comments)


def _comment(text: str, start: int, found: str) -> Comment:
    line = text.rfind("\n", 0, start) + 1
    before = text[line:start]
    above = text[text.rfind("\n", 0, max(line - 1, 0)) + 1 : max(line - 1, 0)]
    end = start + len(found)
    below_end = text.find("\n", end + 1)
    below = text[end + 1 : below_end] if below_end >= 0 else "-"
    return Comment(
        text=found.rstrip(),
        start=start,
        alone=not before.strip(_MARGIN),
        column=len(before.lstrip("\ufeff")),
        blank_before=line > 0 and not above.strip(_MARGIN),
        blank_after=not below.strip(_MARGIN),
    )


@frozen
class Places:
    """Where the tokens of a text stand, for finding words that the syntax keeps no span of.

    Every question has an answer for a position that the text does not have: None, or the position.
    """

    tokens: tuple[Token, ...]
    comments: tuple[Comment, ...] = ()
    _starts: tuple[int, ...] = field(init=False, repr=False, eq=False)
    _partners: dict[int, int] = field(init=False, repr=False, eq=False)

    @_starts.default
    def _token_starts(self) -> tuple[int, ...]:
        return tuple(token.span.start for token in self.tokens)

    @_partners.default
    def _closing_by_opening(self) -> dict[int, int]:
        partners: dict[int, int] = {}
        opened: list[int] = []
        for index, token in enumerate(self.tokens):
            if token.text == "(":
                opened.append(index)
            elif token.text == ")" and opened:
                partners[opened.pop()] = index
        return partners

    def _from(self, start: int) -> Iterator[Token]:
        for index in range(bisect_left(self._starts, start), len(self.tokens)):
            yield self.tokens[index]

    def string_end(self, start: int) -> int:
        """The end of the first string at or after `start`."""
        for token in self._from(start):
            if token.kind == "text":
                return token.span.end
        return start

    def word_end(self, start: int, word: str) -> int:
        """The end of the first `word` at or after `start`."""
        found = self.word(start, self.tokens[-1].span.end if self.tokens else start, word)
        return start if found is None else found.end

    def word(self, start: int, end: int, word: str) -> Span | None:
        """The first `word` between two offsets, whatever its case."""
        for token in self._from(start):
            if token.span.end > end:
                break
            if token.kind == "word" and token.text.lower() == word:
                return token.span
        return None

    def word_before(self, end: int, word: str) -> Span | None:
        """The last `word` that ends at or before `end`."""
        for index in range(bisect_left(self._starts, end) - 1, -1, -1):
            token = self.tokens[index]
            if token.kind == "word" and token.text.lower() == word:
                return token.span
        return None

    def block_end(self, after: int) -> int:
        """The end of the last token before `after` and of the indented comments right below it."""
        last = bisect_left(self._starts, after) - 1
        end = self.tokens[last].span.end if last >= 0 else after
        first = bisect_left(self.comments, end, key=lambda comment: comment.start)
        for index in range(first, len(self.comments)):
            comment = self.comments[index]
            below = comment.column and not comment.blank_before
            if comment.start >= after or (comment.alone and not below):
                break
            end = comment.start + len(comment.text)
        return end

    def heading(self, start: int, end: int, word: str) -> Span | None:
        """The first `word` that a string follows, from its start to the string's end."""
        for first, second in pairwise(self._from(start)):
            if second.span.end > end:
                break
            if first.text.lower() == word and first.kind == "word" and second.kind == "text":
                return first.span.to(second.span)
        return None

    def widened(self, start: int, words: Collection[str]) -> int:
        """The start of the unbroken run of `words` that stands directly before `start`."""
        index = bisect_left(self._starts, start) - 1
        while index >= 0 and self.tokens[index].text.lower() in words:
            start = self.tokens[index].span.start
            index -= 1
        return start

    def opening_after(self, start: int) -> Span | None:
        """The first opening parenthesis at or after `start`."""
        for token in self._from(start):
            if token.text == "(":
                return token.span
        return None

    def opening_before(self, start: int) -> Span | None:
        """The opening parenthesis that stands directly before `start`."""
        index = bisect_left(self._starts, start) - 1
        found = index >= 0 and self.tokens[index].text == "("
        return self.tokens[index].span if found else None

    def partner(self, opening: Span) -> Span | None:
        """The closing parenthesis of the one at `opening`."""
        index = self._partners.get(bisect_left(self._starts, opening.start))
        return None if index is None else self.tokens[index].span

    def parentheses(self, start: int, end: int) -> tuple[Span, Span] | None:
        """The innermost pair that holds exactly what stands from `start` to `end`."""
        index = bisect_left(self._starts, start) - 1
        while index >= 0 and self.tokens[index].text == "(":
            closing = self._partners.get(index)
            if closing is not None and self.tokens[closing].span.start >= end:
                between = self.tokens[bisect_left(self._starts, end) : closing]
                if all(token.text == ")" for token in between):
                    return self.tokens[index].span, self.tokens[closing].span
                return None
            index -= 1
        return None


def places_in(text: str) -> Places:
    """The tokens and comments of `text`, ready to be asked."""
    return Places(*scan(text))

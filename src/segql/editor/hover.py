"""Text and position → what stands there, in words: a name with its evidence, a word's meaning."""

from __future__ import annotations

from typing import Final

from attrs import frozen

from segql.editor.evidence import members_words, occurrences_words, values_words
from segql.editor.knowledge import NOTHING, values_of
from segql.editor.roles import Roles, scoped
from segql.editor.scopes import Name, Root, Scope
from segql.editor.words import FIELD_MEANINGS, OPERATORS, WORDS
from segql.language import write
from segql.language.lexical import unescaped
from segql.language.source import Span
from segql.model.vocabulary import Vocabulary

_WHOSE: Final = {Root.TRAIT: "profiles", Root.ACCOUNT: "accounts", Root.ANSWER: "responses"}
_NAMED: Final = frozenset({Scope.TRAIT, Scope.PROPERTY, Scope.QUESTION})
_MOST_VALUES: Final = 5


@frozen
class Hover:
    """What `span` of a text is: a title, and lines about it."""

    span: Span
    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """Title and lines as plain text."""
        return "\n".join((self.title, *self.lines))

    @property
    def markdown(self) -> str:
        """The same in Markdown; the title, which is of the text, as code."""
        fence = "``" if "`" in self.title else "`"
        return "\n\n".join((f"{fence}{self.title}{fence}", *self.lines))


def hover(text: str, at: int, vocabulary: Vocabulary | None = None) -> Hover | None:
    """What stands at `at`; None where there is nothing to say. Linear in the length of the text.

    >>> from segql import Vocabulary
    >>> known = Vocabulary.of({"traits": {"plan": {"values": {"pro": 620}, "share": 0.98}}})
    >>> print(hover('trait.plan = "pro"', 8, known).text)
    trait.plan
    text, on 98% of profiles
    most frequent: "pro" (620)
    """
    known = NOTHING if vocabulary is None else vocabulary
    roles = Roles()
    for start, end, _, scope in scoped(text, roles):
        if start <= at < end or at == end == len(text):
            if scope in (Scope.BLANK, Scope.COMMENT, Scope.PUNCTUATION):
                return None
            return _about(text[start:end], Span(start, end), scope, roles, known)
    return None


def _about(written: str, span: Span, scope: Scope, roles: Roles, known: Vocabulary) -> Hover | None:
    if scope in _NAMED and roles.name is not None:
        return _named(roles.name, span, roles, known)
    match scope:
        case Scope.FIELD:
            return Hover(span, written, (FIELD_MEANINGS[written],))
        case Scope.EVENT:
            event = known.events().get(unescaped(written[1:-1]))
            return _said(
                written, span, "" if event is None else occurrences_words(event, last=True)
            )
        case Scope.SURVEY:
            survey = known.surveys().get(unescaped(written[1:-1]))
            words = "" if survey is None else occurrences_words(survey, last=True)
            return _said(written, span, words)
        case Scope.SEGMENT:
            segment = known.segments().get(unescaped(written[1:-1]))
            if segment is None:
                return None
            lines = (members_words(segment), segment.description or "", segment.text.strip())
            return _said(written, span, *lines)
        case Scope.OPERATOR if written in OPERATORS:
            return Hover(span, written, (OPERATORS[written],))
        case Scope.KEYWORD | Scope.DATE | Scope.CONSTANT if written in WORDS:
            word = WORDS[written]
            return Hover(span, written, (word.meaning, f"example: {word.example.strip()}"))
        case _:
            return None


def _named(name: Name, span: Span, roles: Roles, known: Vocabulary) -> Hover | None:
    values = values_of(known, name, roles)
    if values is None:
        return None
    prefix = {Root.TRAIT: "trait.", Root.ACCOUNT: "account."}.get(name.root, "")
    if name.root is Root.ANSWER and name.survey:
        prefix = f"survey {write.quoted(name.survey)}."
    words = values_words(values, _WHOSE.get(name.root, "these events"))
    tops = [
        f"{write.quoted(one) if isinstance(one, str) else _plain(one)} ({times:,})"
        for one, times in values.top[:_MOST_VALUES]
        if times
    ]
    top = f"most frequent: {', '.join(tops)}" if tops else ""
    sampled = "" if values.exact else "from a sample"
    return _said(prefix + write.path(name.path), span, words, top, sampled)


def _plain(value: bool | float) -> str:
    return str(value).lower() if isinstance(value, bool) else write.number(value)


def _said(title: str, span: Span, *lines: str) -> Hover | None:
    said = tuple(line for line in lines if line)
    return Hover(span, title, said) if said else None

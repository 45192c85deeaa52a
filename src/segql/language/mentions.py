"""The names of data that a text mentions, and where: on tokens, so also in half-written texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

from attrs import evolve, frozen

from segql.language.lexical import unescaped
from segql.language.places import expected_in
from segql.language.scan import Token
from segql.language.source import Span
from segql.model.values import Path

Role: TypeAlias = Literal[
    "trait", "account", "event", "property", "survey", "question", "segment"
]  # fmt: skip

_TEXTS: Final = frozenset({"text", "single", "curly"})
_PREFIXES: Final[dict[str, Role]] = {"trait": "trait", "account": "account"}


@frozen
class Owner:
    """The event or survey that a property or question belongs to; a survey None is any."""

    role: Literal["event", "survey"]
    name: str | None


@frozen
class Mention:
    """A name with what it names. Events, surveys and segments have a path of one part."""

    role: Role
    path: Path
    span: Span
    owner: Owner | None = None
    prefix: Span | None = None
    """Where `trait` or `account` stands."""

    @property
    def name(self) -> str:
        """The only part of the name of an event, a survey or a segment."""
        return self.path[0]


def mentions_in(tokens: Sequence[Token]) -> Iterator[Mention]:
    """The names mentioned among `tokens`, in order; linear in their number.

    A property belongs to the event or the survey action before it.
    """
    names = expected_in(tokens).names
    owner: Owner | None = None
    for index, token in enumerate(tokens):
        before = tokens[index - 1].text.lower() if index else ""
        if token.kind in _TEXTS and before != ".":
            found = _quoted(tokens, index, before)
            if found is not None:
                yield found
                if found.role == "event":
                    owner = Owner("event", found.name)
                elif _is_action(tokens, index - 2):
                    owner = Owner("survey", found.name)
        elif index in names and before != ".":
            if owner is not None:
                inside: Role = "property" if owner.role == "event" else "question"
                yield _with_path(tokens, index, inside, owner)
        elif token.kind == "word" and before != "." and _has_path(tokens, index):
            role_of_path = _PREFIXES.get(token.text.lower())
            if role_of_path is not None:
                yield evolve(_with_path(tokens, index + 2, role_of_path), prefix=token.span)
        elif token.text.lower() == "survey" and before == "any":
            owner = Owner("survey", None)
        if token.kind in _TEXTS and before == "survey" and _has_path(tokens, index):
            answered = Owner("survey", _text(token))
            yield _with_path(tokens, index + 2, "question", answered)


def segments_in(tokens: Sequence[Token]) -> Iterator[str]:
    """The names of the segments that a file defines."""
    for index, token in enumerate(tokens[1:], 1):
        before = [one.text.lower() for one in tokens[max(0, index - 2) : index]]
        if token.kind in _TEXTS and before[-1] == "segment" and before[0] not in ("in", "."):
            yield _text(token)


def _quoted(tokens: Sequence[Token], index: int, before: str) -> Mention | None:
    token = tokens[index]
    two_before = tokens[index - 2].text.lower() if index > 1 else ""
    if before == "not":
        before = two_before if two_before in ("did", "then") else before
    role: Role
    match before:
        case "did" | "then":
            role = "event"
        case "survey":
            role = "survey"
        case "segment" if two_before == "in":
            role = "segment"
        case _:
            return None
    return Mention(role, (_text(token),), token.span)


def _is_action(tokens: Sequence[Token], index: int) -> bool:
    return index >= 0 and tokens[index].text.lower() in ("saw", "completed", "dismissed")


def _has_path(tokens: Sequence[Token], index: int) -> bool:
    return (
        index + 2 < len(tokens)
        and tokens[index + 1].text == "."
        and (tokens[index + 2].kind == "word" or tokens[index + 2].kind in _TEXTS)
    )


def _with_path(
    tokens: Sequence[Token], index: int, role: Role, owner: Owner | None = None
) -> Mention:
    """The name that begins at `index`, with its parts."""
    parts, last = [_text(tokens[index])], index
    while _has_path(tokens, last):
        last += 2
        parts.append(_text(tokens[last]))
    return Mention(role, tuple(parts), tokens[index].span.to(tokens[last].span), owner)


def _text(token: Token) -> str:
    return unescaped(token.text[1:-1]) if token.kind in _TEXTS else token.text

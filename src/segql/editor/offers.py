"""Names and values that may stand at a place, before anybody says which are likely meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

from segql.editor.cursor import Cursor
from segql.editor.evidence import (
    count_words,
    kind_words,
    members_words,
    occurrences_words,
    values_words,
)
from segql.editor.knowledge import paths_under, values_of
from segql.editor.scopes import Root, Scope
from segql.editor.words import FIELD_MEANINGS
from segql.language import write
from segql.language.source import Span
from segql.model.values import Path, Scalar
from segql.model.vocabulary import Occurrences, SegmentWords, Values, Vocabulary

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class ItemKind(StrEnum):
    """What a completion is, for an icon or a colour."""

    KEYWORD = "keyword"
    OPERATOR = "operator"
    PUNCTUATION = "punctuation"
    TRAIT = "trait"
    EVENT = "event"
    PROPERTY = "property"
    SURVEY = "survey"
    QUESTION = "question"
    SEGMENT = "segment"
    FIELD = "field"
    DESTINATION = "destination"
    VALUE = "value"
    UNIT = "unit"
    PLACEHOLDER = "placeholder"
    """Something of the right kind to write over."""


class Offer(NamedTuple):
    """Something that may stand at a place."""

    name: str
    """What is compared with what is typed."""
    kind: ItemKind
    insert: str
    detail: Callable[[], str] | str
    group: int
    """Offers of a lower group come first."""
    weight: float = 0
    """Of one group, the heavier come first."""
    label: str = ""
    """What is shown, where it is not what is inserted."""
    select: Span | None = None


def names_at(
    cursor: Cursor,
    vocabulary: Vocabulary,
    destinations: Iterable[str],
    defined: Callable[[], Iterable[str]],
) -> Iterator[Offer]:
    """The names of what the words before a place ask for; `defined` are segments of the text."""
    roles, stand = cursor.roles, cursor.stand
    if roles.before == "." or roles.begins_property:
        if stand.takes("NAME") or stand.takes("STRING"):
            yield from _paths(cursor, vocabulary)
        return
    if not stand.takes("STRING"):
        return
    match roles.takes:
        case Scope.EVENT:
            yield from _counted(ItemKind.EVENT, vocabulary.events())
        case Scope.SURVEY:
            yield from _counted(ItemKind.SURVEY, vocabulary.surveys())
        case Scope.SEGMENT if cursor.says(-2) == "in":
            yield from _segments(vocabulary.segments(), defined())
        case Scope.DESTINATION:
            for name in destinations:
                yield _named(name, ItemKind.DESTINATION, "", None)
        case _:
            pass


def _counted(kind: ItemKind, known: Mapping[str, Occurrences]) -> Iterator[Offer]:
    for name, each in known.items():
        yield _named(name, kind, partial(occurrences_words, each), each.count)


def _segments(known: Mapping[str, SegmentWords], defined: Iterable[str]) -> Iterator[Offer]:
    for name, each in known.items():
        yield _named(name, ItemKind.SEGMENT, partial(members_words, each), each.members)
    for name in defined:
        if name not in known:
            yield _named(name, ItemKind.SEGMENT, "defined in this text", None)


def _named(name: str, kind: ItemKind, detail: Callable[[], str] | str, count: int | None) -> Offer:
    return Offer(name, kind, write.quoted(name), detail, 0, count or 0, name)


def _paths(cursor: Cursor, vocabulary: Vocabulary) -> Iterator[Offer]:
    roles = cursor.roles
    name = roles.name
    written: Path = name.path if name is not None and roles.before == "." else ()
    root = name.root if name is not None and roles.before == "." else None
    kind, whose = _sort_of(root, cursor)
    known = paths_under(vocabulary, roles)
    for path, values in known.items():
        if path[: len(written)] == written and len(path) > len(written):
            rest = path[len(written) :]
            text = write.path(rest) if written or root is not None else write.property_path(rest)
            yield Offer(
                ".".join(rest),
                kind,
                text,
                partial(values_words, values, whose),
                0,
                values.share or 0,
                text,
            )


def _sort_of(root: Root | None, cursor: Cursor) -> tuple[ItemKind, str]:
    """The kind of a name, and what its share is one of."""
    owner = cursor.roles.owner
    match root:
        case Root.TRAIT:
            return ItemKind.TRAIT, "profiles"
        case Root.ACCOUNT:
            return ItemKind.TRAIT, "accounts"
        case Root.ANSWER:
            return ItemKind.QUESTION, "responses"
        case None if owner is not None and owner.is_survey:
            return ItemKind.QUESTION, "responses"
        case _:
            return ItemKind.PROPERTY, "these events"


def fields_at(cursor: Cursor) -> Iterator[Offer]:
    """The fields kept by the system, where an operand may stand."""
    roles = cursor.roles
    if roles.before == "." or roles.begins_property or roles.is_property:
        return
    if cursor.stand.takes("NAME") and cursor.stand.takes("TRAIT"):
        for place, (name, meaning) in enumerate(FIELD_MEANINGS.items()):
            yield Offer(name, ItemKind.FIELD, name, meaning, 2, -place, name)


def whole_operands(cursor: Cursor, vocabulary: Vocabulary) -> Iterator[Offer]:
    """Conditions by the name that they are about: `plan` finds `trait.plan`."""
    if not cursor.stand.takes("EVERYONE"):
        return
    for root, kind, known, whose in (
        ("trait", ItemKind.TRAIT, vocabulary.traits(), "profiles"),
        ("account", ItemKind.TRAIT, vocabulary.account_traits(), "accounts"),
    ):
        for path, values in known.items():
            text = f"{root}.{write.path(path)}"
            yield Offer(
                ".".join(path),
                kind,
                text,
                partial(values_words, values, whose),
                2,
                values.share or 0,
                text,
            )
    for name, event in vocabulary.events().items():
        text = f"did {write.quoted(name)}"
        yield Offer(
            name, ItemKind.EVENT, text, partial(occurrences_words, event), 2, event.count or 0, text
        )
    for name, segment in vocabulary.segments().items():
        text = f"in segment {write.quoted(name)}"
        yield Offer(
            name,
            ItemKind.SEGMENT,
            text,
            partial(members_words, segment),
            2,
            segment.members or 0,
            text,
        )


def values_at(cursor: Cursor, vocabulary: Vocabulary, kinds: frozenset[str]) -> Iterator[Offer]:
    """The values that the operand before a place has, where a value may stand."""
    roles, stand = cursor.roles, cursor.stand
    is_text_only = stand.takes("STRING") and not stand.takes("INT")
    if roles.takes is not Scope.STRING or not (stand.takes("TRUE") or is_text_only):
        return
    if roles.before == "." or roles.begins_property or roles.name is None:
        return
    if roles.aggregate in ("sum", "avg", "count distinct"):
        return
    values = values_of(vocabulary, roles.name, roles)
    if values is None:
        return
    is_ordered = cursor.says(-1) in ("<", "<=", ">", ">=") or stand.last in ("BETWEEN", "AND")
    for scalar, times in values.top:
        written = _written(scalar, kinds)
        if written is None or (is_text_only and not isinstance(scalar, str)):
            continue
        if is_ordered and written[0] in '"tf':
            continue
        yield Offer(
            scalar if isinstance(scalar, str) else written,
            ItemKind.VALUE,
            written,
            partial(_times, times, values),
            0,
            times,
            written,
        )


def _written(scalar: Scalar, kinds: frozenset[str]) -> str | None:
    match scalar:
        case bool():
            return "true" if scalar else "false"
        case str() if kinds == {"date"}:
            return scalar if _DATE.fullmatch(scalar) else None
        case str():
            return write.quoted(scalar)
        case _:
            return write.number(scalar)


def _times(count: int, values: Values) -> str:
    if not count:
        return kind_words(values)
    return f"{'' if values.exact else 'about '}{count_words(count, 'time')}"

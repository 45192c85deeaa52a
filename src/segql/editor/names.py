"""The names that may stand at a place, with what the data say about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from segql.editor.cursor import Cursor
from segql.editor.evidence import members_words, occurrences_words, values_words
from segql.editor.knowledge import field_kind, paths_under
from segql.editor.offers import ItemKind, Offer, Shelf
from segql.editor.scopes import Root, Scope
from segql.editor.words import FIELD_MEANINGS
from segql.language import write
from segql.model.values import Path
from segql.model.vocabulary import Occurrences, SegmentWords, Values, Vocabulary


def names_at(
    cursor: Cursor,
    vocabulary: Vocabulary,
    destinations: Iterable[str],
    defined: Callable[[], Iterable[str]],
) -> Iterator[Shelf]:
    """The names of what the words before a place ask for; `defined` are segments of the text."""
    roles, stand = cursor.roles, cursor.stand
    if roles.before == "." or roles.begins_property:
        if stand.takes("NAME") or stand.takes("STRING"):
            yield _paths(cursor, vocabulary)
        return
    if not stand.takes("STRING"):
        return
    match roles.takes:
        case Scope.EVENT:
            yield _occurring(vocabulary.events(), ItemKind.EVENT)
        case Scope.SURVEY:
            yield _occurring(vocabulary.surveys(), ItemKind.SURVEY)
        case Scope.SEGMENT if cursor.says(-2) == "in":
            known = vocabulary.segments()
            here = {name: SegmentWords() for name in defined() if name not in known}
            yield _segments({**here, **known})
        case Scope.DESTINATION:
            entries = [(name, 0, None) for name in destinations]
            yield Shelf(entries, lambda name, _: _quoted(name, ItemKind.DESTINATION, ""))
        case _:
            pass


def _occurring(known: Mapping[str, Occurrences], kind: ItemKind, before: str = "") -> Shelf:
    def offer(name: str, each: Occurrences) -> Offer:
        return _quoted(name, kind, partial(occurrences_words, each), each.count or 0, before)

    return Shelf([(name, each.count or 0, each) for name, each in known.items()], offer)


def _segments(known: Mapping[str, SegmentWords], before: str = "") -> Shelf:
    def offer(name: str, each: SegmentWords) -> Offer:
        words = partial(members_words, each)
        return _quoted(name, ItemKind.SEGMENT, words, each.members or 0, before)

    return Shelf([(name, each.members or 0, each) for name, each in known.items()], offer)


def _quoted(
    name: str, kind: ItemKind, detail: Callable[[], str] | str, weight: int = 0, before: str = ""
) -> Offer:
    """A name in quotes; with words before it, it is a condition and shown as such."""
    text = f"{before}{write.quoted(name)}"
    return Offer(name, kind, text, detail, 2 if before else 0, weight, text if before else name)


def _paths(cursor: Cursor, vocabulary: Vocabulary) -> Shelf:
    """Names behind a dot, or at the beginning of a property."""
    roles = cursor.roles
    name = roles.name if roles.before == "." else None
    written: Path = () if name is None else name.path
    kind, whose = _sort_of(None if name is None else name.root, cursor)
    of_path = write.property_path if name is None else write.path

    def offer(rest: str, entry: tuple[Path, Values]) -> Offer:
        path, values = entry
        text = of_path(path)
        return Offer(
            rest, kind, text, partial(values_words, values, whose), 0, values.share or 0, text
        )

    begun = len(written)
    return Shelf(
        [
            (".".join(path[begun:]), values.share or 0, (path[begun:], values))
            for path, values in paths_under(vocabulary, roles).items()
            if len(path) > begun and path[:begun] == written
        ],
        offer,
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


def fields_at(cursor: Cursor, kinds: frozenset[str]) -> Iterator[Offer]:
    """The fields kept by the system, where an operand may stand.

    On the right side of a comparison those of `kinds`, which are the left side's.
    """
    roles, stand = cursor.roles, cursor.stand
    if roles.before == "." or roles.begins_property or roles.is_property:
        return
    is_right = stand.last == "OP"
    if stand.takes("TRAIT") and (stand.takes("NAME") or stand.takes("FIELD")):
        for place, (name, meaning) in enumerate(FIELD_MEANINGS.items()):
            if not is_right or not kinds or field_kind(name) in kinds:
                group = 3 if is_right else 2
                yield Offer(name, ItemKind.FIELD, name, meaning, group, -place, name)


def conditions_about(cursor: Cursor, vocabulary: Vocabulary) -> Iterator[Shelf]:
    """Beginnings of conditions by the name that they are about: `plan` finds `trait.plan`."""
    if not cursor.stand.takes("EVERYONE"):
        return
    yield _operands("trait", vocabulary.traits(), "profiles")
    yield _operands("account", vocabulary.account_traits(), "accounts")
    yield _occurring(vocabulary.events(), ItemKind.EVENT, "did ")
    yield _segments(vocabulary.segments(), "in segment ")


def _operands(root: str, known: Mapping[Path, Values], whose: str) -> Shelf:
    def offer(name: str, entry: tuple[Path, Values]) -> Offer:
        path, values = entry
        text = f"{root}.{write.path(path)}"
        words = partial(values_words, values, whose)
        return Offer(name, ItemKind.TRAIT, text, words, 2, values.share or 0, text)

    return Shelf(
        [(".".join(path), values.share or 0, (path, values)) for path, values in known.items()],
        offer,
    )

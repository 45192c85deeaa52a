"""The parts of a hand-written vocabulary, checked: what is wrong is refused with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from segql.model.errors import Refused

Listing: TypeAlias = Mapping[str, object]


class BadVocabulary(Refused):
    """A listing is not as it should be; `place` says where, such as `traits.plan.share`."""

    default_code = "bad-vocabulary"

    def __init__(self, place: str, message: str, *, hint: str | None = None) -> None:
        """`message` follows the place in the sentence; without a place it stands alone."""
        super().__init__(f"`{place}` {message}" if place else message, hint=hint)
        self.place = place


def named(value: object, place: str) -> Iterator[tuple[str, object, str]]:
    """Names with what is said of each and its place; a list says nothing of its names."""
    match value:
        case None:
            return
        case Mapping():
            for name, said in value.items():
                if not isinstance(name, str):
                    raise BadVocabulary(place, f"has the name {name!r}: names are text")
                yield name, said, f"{place}.{name}"
        case list() | tuple():
            for index, name in enumerate(value):
                if not isinstance(name, str):
                    raise BadVocabulary(f"{place}[{index}]", f"must be text, not {in_words(name)}")
                yield name, None, f"{place}[{index}]"
        case _:
            raise BadVocabulary(
                place, f"must be an object or a list of names, not {in_words(value)}"
            )


def entry_of(value: object, place: str, keys: tuple[str, ...]) -> Listing:
    """An object that has none but the given keys; null is one without any."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadVocabulary(place, f"must be an object, not {in_words(value)}")
    refuse_unknown(value, place, keys)
    return value


def refuse_unknown(value: Listing, place: str, keys: tuple[str, ...]) -> None:
    """Refuse a key that is not among `keys`."""
    for key in value:
        if key not in keys:
            hint = f"the keys here are {choices(keys)}"
            raise BadVocabulary(_under(place, str(key)), "is no key of a vocabulary", hint=hint)


def number_of(entry: Listing, key: str, place: str) -> int | None:
    """The whole number, 0 or more, at `key`; None when missing."""
    value = entry.get(key)
    if value is None or (type(value) is int and value >= 0):
        return value
    raise BadVocabulary(_under(place, key), f"must be a whole number, not {in_words(value)}")


def text_of(entry: Listing, key: str, place: str) -> str | None:
    """The text at `key`; None when missing."""
    value = entry.get(key)
    if value is None or isinstance(value, str):
        return value
    raise BadVocabulary(_under(place, key), f"must be text, not {in_words(value)}")


def flag_of(entry: Listing, key: str, place: str) -> bool | None:
    """The flag at `key`; None when missing."""
    value = entry.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise BadVocabulary(_under(place, key), f"must be true or false, not {in_words(value)}")


def share_of(entry: Listing, key: str, place: str) -> float | None:
    """The number from 0 to 1 at `key`; None when missing."""
    value = entry.get(key)
    match value:
        case None:
            return None
        case bool():
            pass
        case int() | float() if 0 <= value <= 1:
            return float(value)
    raise BadVocabulary(_under(place, key), "must be a number from 0 to 1")


def _under(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def choices(words: tuple[str, ...]) -> str:
    """Words that may stand somewhere, for a message."""
    return ", ".join(f"`{word}`" for word in words)


def in_words(value: object) -> str:
    """What `value` is, in a reader's words."""
    match value:
        case None:
            return "null"
        case bool():
            return "a flag"
        case int() | float() | str():
            return f"`{value}`"
        case Mapping():
            return "an object"
        case list() | tuple():
            return "a list"
        case _:
            return f"a Python {type(value).__name__}"

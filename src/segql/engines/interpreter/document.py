"""The parts of a profile document, checked: what is wrong is refused with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias, TypeVar, cast
from zoneinfo import ZoneInfo

from segql.model.errors import Refused
from segql.model.instants import Instant, instant_from, shown
from segql.model.values import Json, Path

Document: TypeAlias = Mapping[str, object]
Waiting = TypeVar("Waiting")

DEEPEST: Final = 100
"""Levels of objects and lists inside one another, in traits, properties or answers."""
MOST_VALUES: Final = 1_000_000
"""Values in the traits of a profile or the properties of an event; keeps out what holds itself."""
MOST_BITS: Final = 13_000
"""Of a whole number; what Python writes out in messages has a few more."""

_KINDS: Final = {
    bool: "a flag", int: "a number", float: "a number", str: "text", list: "a list",
    tuple: "a list", dict: "an object", type(None): "null",
}  # fmt: skip


class BadProfile(Refused):
    """A profile document is not as it should be; `place` says where, such as `events[3].time`."""

    default_code = "bad-profile"

    def __init__(self, place: str, message: str, *, hint: str | None = None) -> None:
        """`message` follows the place in the sentence; without a place it stands alone."""
        super().__init__(f"`{place}` {message}" if place else message, hint=hint)
        self.place = place
        self.found = message

    def inside(self, outer: str) -> BadProfile:
        """The same about a document that stands at `outer` in another one."""
        place = f"{outer}.{self.place}" if self.place else outer
        return BadProfile(place, self.found, hint=self.hint)


def kind(value: object) -> str:
    """What `value` is, in a reader's words."""
    return _KINDS.get(type(value), f"a Python {type(value).__name__}")


def entry_of(value: object, place: str, keys: tuple[str, ...]) -> Document:
    """An object that has none but the given keys; null is one without any."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise BadProfile(place, f"must be an object, not {kind(value)}")
    unknown = next((key for key in value if key not in keys), None)
    if unknown is not None:
        if not isinstance(unknown, str):
            raise BadProfile(place, f"has a key that is {kind(unknown)}: keys must be text")
        name = f"{place}.{unknown}" if place else str(unknown)
        raise BadProfile(name, "is no key of a profile", hint=f"the keys here are {_said(keys)}")
    return value


def entries_of(entry: Document, key: str, keys: tuple[str, ...]) -> Iterator[tuple[str, Document]]:
    """The objects in the list at `key`, each with its place."""
    for index, value in enumerate(_list(entry, key)):
        place = f"{key}[{index}]"
        if not isinstance(value, Mapping):
            raise BadProfile(place, f"must be an object, not {kind(value)}")
        yield place, entry_of(value, place, keys)


def names_of(entry: Document, key: str) -> frozenset[str]:
    """The names in the list at `key`."""
    for index, value in enumerate(_list(entry, key)):
        if not isinstance(value, str):
            raise BadProfile(f"{key}[{index}]", f"must be text, not {kind(value)}")
    return frozenset(cast("list[str]", _list(entry, key)))  # each was looked at just now


def text_of(entry: Document, key: str, place: str) -> str | None:
    """The text at `key`, None when missing."""
    value = entry.get(key)
    if value is None or isinstance(value, str):
        return value
    raise BadProfile(_under(place, key), f"must be text, not {kind(value)}", hint=_QUOTE)


_QUOTE: Final = "write it in quotes: ids and names are kept as text"


def name_of(entry: Document, key: str, place: str) -> str:
    """The text at `key`, which must be there."""
    found = text_of(entry, key, place)
    if found is None:
        raise BadProfile(place, f"needs `{key}`")
    return found


def choice_of(entry: Document, key: str, place: str, choices: tuple[str, ...]) -> str:
    """One of `choices` at `key`, which must be there."""
    found = name_of(entry, key, place)
    if found not in choices:
        raise BadProfile(_under(place, key), f"is `{found}`, not one of {_said(choices)}")
    return found


def time_of(entry: Document, key: str, place: str, zone: ZoneInfo) -> Instant:
    """The instant at `key`, which must be there."""
    value = entry.get(key)
    if value is None:
        raise BadProfile(place, f"needs `{key}`")
    try:
        return instant_from(value, zone)
    except Refused as error:
        at = _under(place, key)
        raise BadProfile(at, f"must be a time, not {shown(value)}", hint=error.hint) from error


def times_of(entry: Document, key: str, zone: ZoneInfo) -> Mapping[Path, Instant]:
    """The instants in the nested object at `key` by path; an object's is the latest inside it."""
    times: dict[Path, Instant] = {}
    waiting: list[tuple[Path, object]] = [((), entry.get(key) or {})]
    for count, (path, value) in enumerate(_popped(waiting)):
        place = ".".join((key, *path))
        _refuse_size(place, len(path), count)
        if not isinstance(value, Mapping):
            raise BadProfile(place, f"must be an object, not {kind(value)}")
        for name, inner in value.items():
            if not isinstance(name, str):
                raise BadProfile(place, f"has a key that is {kind(name)}: keys must be text")
            here = (*path, name)
            if isinstance(inner, Mapping):
                waiting.append((here, inner))
            elif inner is not None:
                time = time_of(value, name, place, zone)
                for length in range(1, len(here) + 1):
                    times[here[:length]] = max(time, times.get(here[:length], time))
    return times


def values_of(entry: Document, key: str, place: str) -> Mapping[str, Json]:
    """The object at `key`, every value in it JSON; empty when missing."""
    value = entry.get(key)
    if value is None:
        return {}
    place = _under(place, key)
    if not isinstance(value, Mapping):
        raise BadProfile(place, f"must be an object, not {kind(value)}")
    _check_json(value, place)
    return cast("Mapping[str, Json]", value)  # every value was looked at just now


def _check_json(values: Mapping[object, object], place: str) -> None:
    # An own stack: a deep document must not exhaust Python's.
    waiting: list[tuple[str, object, int]] = [(place, values, 0)]
    for count, (place, value, level) in enumerate(_popped(waiting)):
        _refuse_size(place, level, count)
        if isinstance(value, int) and value.bit_length() > MOST_BITS:
            raise BadProfile(place, "is a number of thousands of digits")
        if value is None or isinstance(value, str | int | float):
            continue
        if isinstance(value, list | tuple):
            inner = enumerate(value)
            waiting.extend((f"{place}[{index}]", one, level + 1) for index, one in inner)
        elif isinstance(value, Mapping):
            for key, one in value.items():
                if not isinstance(key, str):
                    raise BadProfile(place, f"has a key that is {kind(key)}: keys must be text")
                if type(one) is not str:  # the most frequent kind needs no second look
                    waiting.append((f"{place}.{key}", one, level + 1))
        else:
            raise BadProfile(
                place,
                f"is {kind(value)}",
                hint="values are those of JSON; write dates and times as ISO 8601 text",
            )


def _popped(waiting: list[Waiting]) -> Iterator[Waiting]:
    while waiting:
        yield waiting.pop()


def _refuse_size(place: str, level: int, count: int) -> None:
    if level > DEEPEST:
        raise BadProfile("", f"it is nested more than {DEEPEST} levels deep, at `{place[:80]}…`")
    if count > MOST_VALUES:
        raise BadProfile("", f"it has more than {MOST_VALUES:,} values, at `{place[:80]}`")


def _list(entry: Document, key: str) -> list[object] | tuple[object, ...]:
    value = entry.get(key)
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        raise BadProfile(key, f"must be a list, not {kind(value)}")
    return value


def _under(place: str, key: str) -> str:
    return f"{place}.{key}" if place else key


def _said(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)

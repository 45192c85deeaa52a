"""Mappings to JSON text and back; what no engine could read again is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from typing import Final

from segql.model.display import visible
from segql.model.errors import Refused
from segql.model.values import Json

MAX_DEPTH: Final = 64
"""Levels of lists and objects inside one another; SQLite reads 1,000, Python fewer."""
MAX_NAME: Final = 1_000
"""Characters in an id, a name of an event or survey, or a key."""

_JSON: Final = (
    "JSON has text, numbers, true, false, null, lists and objects; "
    "write a date as ISO 8601 text, such as 2026-03-01T12:00:00Z"
)

_encode = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
    check_circular=False,  # copies hold no cycle
).encode


def text_of(values: Mapping[str, Json]) -> str:
    """The mapping as canonical JSON text: keys sorted, no blanks. It must be `cleaned`."""
    return _encode(values)


def values_of(text: str | None) -> dict[str, Json]:
    """The mapping that `text_of` wrote; empty for None."""
    if text is None:
        return {}
    values: dict[str, Json] = json.loads(text)
    return values


def cleaned(values: Mapping[str, Json]) -> dict[str, Json]:
    """A copy of plain lists and dicts: numbers that are not finite become null.

    Raises `Refused` (`bad-value`) with the key and the reason: a value of no JSON kind, a key that
    is no text, holds a NUL or is too long, text with half a surrogate pair, or nesting past
    `MAX_DEPTH`.
    """
    try:
        copy = _cleaned(values, MAX_DEPTH)
    except Refused as error:
        key = next((key for key in values if not _can_be_kept(values[key])), None)
        if key is None:  # the key itself is at fault
            raise
        raise _bad(f"`{visible(str(key))}`: {error.message}", error.hint) from None
    assert isinstance(copy, dict)
    return copy


def _can_be_kept(value: object) -> bool:
    try:
        _cleaned(value, MAX_DEPTH - 1)
    except Refused:
        return False
    return True


def _cleaned(value: object, depth: int) -> Json:
    match value:
        case str():
            return _checked(value)
        case float():
            return value if isfinite(value) else None
        case None | bool():
            return value
        case int():
            return value if -(1 << 63) <= value < 1 << 63 else _as_double(value)
        case Mapping() | list() | tuple() if depth == 0:
            raise _bad(f"lists and objects are nested more than {MAX_DEPTH} deep")
        case Mapping():
            return {_key_checked(key): _cleaned(value[key], depth - 1) for key in value}
        case list() | tuple():
            return [_cleaned(entry, depth - 1) for entry in value]
        case _:
            raise _bad(f"{_kind_of(value)} cannot be kept as JSON", _JSON)


def name_checked(name: object, what: str) -> str:
    """`name`, when it can be kept: text, not empty, without NUL; else `Refused` (`bad-value`)."""
    if name is None:
        raise _bad(f"the {what} is missing")
    if not isinstance(name, str):
        raise _bad(f"the {what} is no text but {_kind_of(name)}")
    if what != "key" and (not name or name.isspace()):
        raise _bad(f"the {what} is empty")
    if "\0" in name:
        raise _bad(f"the {what} holds a NUL character")
    if len(name) > MAX_NAME:
        raise _bad(f"the {what} has {len(name)} characters, at most {MAX_NAME} are kept")
    return _checked(name, f"the {what}")


@lru_cache(maxsize=4096)
def _key_checked(key: object) -> str:
    return name_checked(key, "key")


def _checked(text: str, what: str = "text") -> str:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise _bad(f"{what} holds half of a surrogate pair, which is no character") from error
    return text


def _as_double(number: int) -> float | None:
    try:
        return float(number)
    except OverflowError:
        return None


def _kind_of(value: object) -> str:
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return f"a Python {type(value).__name__}"


def _bad(reason: str, hint: str | None = None) -> Refused:
    return Refused(reason, code="bad-value", hint=hint)

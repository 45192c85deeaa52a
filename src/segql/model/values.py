"""Trait, property and answer values: kinds, elements, paths, and reading a value as a date.

Missing is `None`: JSON null, a non-finite number and an absent key are the same (§3.1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from math import isfinite
from typing import TypeAlias
from zoneinfo import ZoneInfo

from segql.model.instants import MAX_INSTANT, MIN_INSTANT, Instant, read_instant

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
Scalar: TypeAlias = bool | float | str
Path: TypeAlias = tuple[str, ...]
"""A sequence of keys: the key `a.b` is not `b` inside `a`."""


class Kind(IntEnum):
    """What a stored element is; the numbers are stored and never change."""

    NOTHING = 0
    """The list is empty: known, and no element."""
    OTHER = 1
    """An object, or a list inside a list: known, equal to nothing."""
    FLAG = 2
    NUMBER = 3
    TEXT = 4


class _Other:
    """The element that equals nothing."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "OTHER"


OTHER = _Other()
Element: TypeAlias = bool | float | str | _Other


def at_path(values: Mapping[str, Json], path: Path) -> Json:
    """The value at `path`, or None; objects are entered, lists never (§3.3).

    >>> at_path({"company": {"size": 12}}, ("company", "size"))
    12
    """
    found: Json = values
    for key in path:
        if not isinstance(found, Mapping):
            return None
        found = found.get(key)
    return found


def element_of(value: Json) -> Element | None:
    """The element that a value outside a list, or one entry of a list, is; None when missing.

    Every number becomes a double.
    """
    # By type first: nearly every value is one of these, and `match` takes four times as long.
    kind = type(value)
    if kind is str or kind is bool:
        return value  # type: ignore[return-value] # a scalar, as asked
    if kind is float or kind is int:
        return _finite(value)  # type: ignore[arg-type] # a number, as asked
    match value:
        case None:
            return None
        case bool() | str():
            return value
        case int() | float():
            return _finite(value)
        case _:
            return OTHER


def _finite(value: float) -> float | None:
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None


def elements(value: Json) -> tuple[Element, ...]:
    """The elements that tests look at: those of a list, or the one value; none when missing.

    Null and non-finite entries of a list do not exist.
    """
    if isinstance(value, list | tuple):
        found = (element_of(entry) for entry in value)
        return tuple(entry for entry in found if entry is not None)
    element = element_of(value)
    return () if element is None else (element,)


def is_known(value: Json) -> bool:
    """Whether there is a value: an empty list and an object are known."""
    return isinstance(value, list | tuple) or element_of(value) is not None


def kind_of(element: Element) -> Kind:
    """The kind that an element is stored under."""
    match element:
        case bool():
            return Kind.FLAG
        case float():
            return Kind.NUMBER
        case str():
            return Kind.TEXT
        case _:
            return Kind.OTHER


def reads_numbers_as_dates(path: Path) -> bool:
    """Whether numbers under `path` read as dates: its last part ends in `_at` or `_date` (§3.5)."""
    return path[-1].endswith(("_at", "_date"))


def instant_in(element: Element, zone: ZoneInfo, *, numbers: bool) -> Instant | None:
    """The instant that `element` reads as (§3.5), or None.

    With `numbers`, a number below 1e11 in size is seconds since 1970, any other milliseconds.
    """
    if isinstance(element, str):
        return read_instant(element, zone)
    if numbers and isinstance(element, float):
        ms = element * 1000 if abs(element) < 1e11 else element
        return int(ms // 1) if MIN_INSTANT <= ms <= MAX_INSTANT else None
    return None

"""Which stored texts and numbers read as dates, and as which instants (§3.5), for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from segql.engines.sets.scaled import MISSING, Bools, Doubles, Whole
from segql.model.instants import MAX_INSTANT, MIN_INSTANT, read_instant

_FEW: Final = 512
"""Up to so many texts are read one by one."""
_SECONDS_BELOW: Final = 1e11
_TEMPLATES: Final = (b"dddd-dd-ddTdd:dd:ddZ", b"dddd-dd-ddTdd:dd:dd.dddZ")
"""What programs write; read all at once. `d` is a digit."""


def instants_of_numbers(numbers: Doubles) -> Whole:
    """The instants that finite `numbers` read as, `MISSING` outside the years 1 to 9999."""
    ms = numbers.copy()
    ms[np.abs(ms) < _SECONDS_BELOW] *= 1000
    inside = (ms >= MIN_INSTANT) & (ms <= MAX_INSTANT)
    found = np.full(len(numbers), MISSING, np.int64)
    found[inside] = np.floor(ms[inside]).astype(np.int64)
    return found


def instants_of_texts(texts: Sequence[str], zone: ZoneInfo) -> Whole | None:
    """The instants that `texts` read as in `zone`, `MISSING` for the others; None if none does."""
    found = np.full(len(texts), MISSING, np.int64)
    left = range(len(texts)) if len(texts) <= _FEW else _read_alike(texts, found)
    for place in left:
        text = texts[place]
        if text[:1].isdigit():
            instant = read_instant(text, zone)
            if instant is not None:
                found[place] = instant
    return found if np.any(found != MISSING) else None


def _read_alike(texts: Sequence[str], found: Whole) -> Sequence[int]:
    """Read texts of the common shapes into `found`; gives the places of all others."""
    done = np.zeros(len(texts), np.bool_)
    for template in _TEMPLATES:
        places = [
            place
            for place, text in enumerate(texts)
            if len(text) == len(template) and text[-1] == "Z" and text.isascii()
        ]
        if not places:
            continue
        run = "".join([texts[place] for place in places]).encode("ascii")
        signs = np.frombuffer(run, np.uint8).reshape(len(places), len(template))
        fits = _fits(signs, template)
        at = np.array(places)[fits]
        found[at] = _instants(signs[fits].astype(np.int64) - ord("0"), ms=len(template) > 20)
        done[at] = True
    left: list[int] = np.flatnonzero(~done).tolist()
    return left


def _fits(signs: NDArray[np.uint8], template: bytes) -> Bools:
    fits = np.ones(len(signs), np.bool_)
    for place, sign in enumerate(template):
        column = signs[:, place]
        if sign == ord("d"):
            fits &= (column >= ord("0")) & (column <= ord("9"))
        else:
            fits &= column == sign
    return fits


def _instants(digits: NDArray[Any], *, ms: bool) -> Whole:
    """The instants of rows of digits at the places of the templates."""

    def number(start: int, size: int) -> Whole:
        value = np.zeros(len(digits), np.int64)
        for place in range(start, start + size):
            value = value * 10 + digits[:, place]
        return value

    year, month, day = number(0, 4), number(5, 2), number(8, 2)
    hour, minute, second = number(11, 2), number(14, 2), number(17, 2)
    lengths = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    month_fits = (month >= 1) & (month <= 12)
    last = lengths[np.where(month_fits, month, 0)] + (leap & (month == 2))
    exists = (year >= 1) & (day >= 1) & (day <= last) & (hour < 24) & (minute < 60) & (second < 60)
    # Days since 1970 of the proleptic Gregorian calendar, with years that begin in March.
    shifted = year - (month <= 2)
    era_year = shifted % 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = shifted // 400 * 146_097 + era_year * 365 + era_year // 4 - era_year // 100 + of_year
    seconds = (days - 719_468) * 86_400 + hour * 3_600 + minute * 60 + second
    return np.where(exists, seconds * 1000 + (number(20, 3) if ms else 0), MISSING)

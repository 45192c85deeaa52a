"""Values as people read them: shares, bars, times taken; control characters made visible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_HEIGHTS: Final = "▁▂▃▄▅▆▇█"
_EIGHTHS: Final = "▏▎▍▌▋▊▉█"
_UNITS: Final = (
    (365 * 86_400_000, "year", "years"),
    (86_400_000, "day", "days"),
    (3_600_000, "h", "h"),
    (60_000, "min", "min"),
)


def visible(text: str, *, breaks: bool = False) -> str:
    """`text` with control, format and surrogate characters written as escapes.

    Names and values come from outside: none of them may steer the terminal. With `breaks`, line
    breaks stay.

    >>> visible("red\\x1b[31m")
    'red\\\\u{1b}[31m'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or (breaks and char == "\n") else f"\\u{{{ord(char):x}}}"
        for char in text
    )


def bar(share: float, width: int = 20) -> str:
    """A horizontal bar for a share from 0 to 1, in eighths of a cell; never empty above zero."""
    eighths = round(share * width * 8)
    if share > 0:
        eighths = max(eighths, 1)
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest - 1] if rest else "")


def sparkline(values: Sequence[int]) -> str:
    """A curve of a character for each value, from the least to the greatest of them.

    >>> sparkline([0, 1, 2, 7])
    '▁▂▃█'
    >>> sparkline([5, 5])
    '▁▁'
    """
    least, most = min(values, default=0), max(values, default=0)
    step = (most - least) / (len(_HEIGHTS) - 1)
    return "".join(_HEIGHTS[round((value - least) / step) if step else 0] for value in values)


def percent(part: int, whole: int) -> str:
    """A share for people: `12.3%`, `<0.1%` where it is not zero, `-` of nobody.

    Only everybody is `100.0%`, as only nobody is `0.0%`.

    >>> percent(9_998, 10_000), percent(10_000, 10_000)
    ('>99.9%', '100.0%')
    """
    if whole == 0:
        return "-"
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "<0.1%"
    return ">99.9%" if part < whole and share >= 99.95 else f"{share:.1f}%"


def several(count: int, noun: str) -> str:
    """A noun as it stands behind a number: with `s`, but behind 1.

    >>> several(1, "day"), several(0, "day")
    ('day', 'days')
    """
    return noun if count == 1 else f"{noun}s"


def milliseconds(ms: int | None) -> str:
    """A time taken, for people."""
    if ms is None:
        return "-"
    return f"{ms} ms" if ms < 10_000 else f"{ms / 1000:.1f} s"


def ago(ms: int) -> str:
    """How long something has been, in its greatest unit: `3 days ago`, `in 2 h`, `just now`.

    >>> ago(59_000), ago(-7_200_000), ago(86_400_000)
    ('just now', 'in 2 h', '1 day ago')
    """
    size = abs(ms)
    for unit, one, more in _UNITS:
        if size >= unit:
            number = size // unit
            words = f"{number:,} {one if number == 1 else more}"
            return f"{words} ago" if ms > 0 else f"in {words}"
    return "just now"

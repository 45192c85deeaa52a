"""Lengths of time: exact ones (`30d` is 30 times 24 hours) and calendar steps (`3mo`, `1y`)."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from attrs import frozen

MS_BY_UNIT: Final = MappingProxyType(
    {
        "s": 1_000,
        "min": 60_000,
        "h": 3_600_000,
        "d": 86_400_000,
        "w": 604_800_000,
    }
)
"""Milliseconds of each exact unit."""

MONTHS_BY_UNIT: Final = MappingProxyType({"mo": 1, "y": 12})
"""Months of each calendar unit."""

SHORT_BY_LONG: Final = MappingProxyType(
    {
        "second": "s",
        "minute": "min",
        "hour": "h",
        "day": "d",
        "week": "w",
        "month": "mo",
        "year": "y",
    }
)
"""Long unit names, singular, by what the formatter writes."""


@frozen
class Duration:
    """A positive whole `amount` of `unit`, one of `s min h d w mo y`."""

    amount: int
    unit: str

    @property
    def is_exact(self) -> bool:
        """Whether the length is the same everywhere; `mo` and `y` depend on the calendar."""
        return self.unit in MS_BY_UNIT

    @property
    def ms(self) -> int:
        """The exact length in milliseconds; raises `KeyError` for a calendar step."""
        return self.amount * MS_BY_UNIT[self.unit]

    @property
    def months(self) -> int:
        """The calendar step in months; raises `KeyError` for an exact length."""
        return self.amount * MONTHS_BY_UNIT[self.unit]

    def __str__(self) -> str:
        """As the formatter writes it: `30d`."""
        return f"{self.amount}{self.unit}"

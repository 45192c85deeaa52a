"""The stable share of a profile in a sample, the same on every engine (§2 Samples)."""

from __future__ import annotations

from decimal import Decimal
from hashlib import md5

FULL = 1 << 32


def threshold(percent: Decimal) -> int:
    """How many of the 2^32 shares lie inside `percent` (0 to 100, exact)."""
    return int(percent * FULL // 100)


def share(profile_id: str, name: str) -> int:
    """The share of a profile in the sample `name` (empty without one): 0 to 2^32 - 1.

    The first 8 hexadecimal digits of md5 of the UTF-8 text `NAME:id`.
    """
    text = f"{name}:{profile_id}".encode("utf-8", "surrogatepass")
    return int(md5(text, usedforsecurity=False).hexdigest()[:8], 16)

"""Simple case folding of Unicode: one code point to one, the same on every engine (§3.7)."""

from __future__ import annotations

from functools import lru_cache

# The S lines of CaseFolding.txt that older Unicode tables of Python do not hold.
_LATE_LINES = {0xFB05: 0xFB06, 0x1FD3: 0x0390, 0x1FE3: 0x03B0}


class _Folds(dict[int, int]):
    """Code point to its simple folding, filled as code points are met."""

    def __missing__(self, code: int) -> int:
        char = chr(code)
        folded = char.casefold()
        if len(folded) > 1:  # an F line: where there is an S line, it is the lower-case form
            folded = char.lower()
        self[code] = ord(folded) if len(folded) == 1 else code
        return self[code]


_FOLDS = _Folds(_LATE_LINES)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """`text` with every code point replaced by its simple folding (C and S lines of CaseFolding).

    The result has as many code points as `text`; `ß` stays, `ẞ` becomes `ß`.

    >>> fold("STRASSE ẞ Ǆ")
    'strasse ß ǆ'
    """
    return text.lower() if text.isascii() else text.translate(_FOLDS)

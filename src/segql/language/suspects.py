"""Tokens at which there may be a slip: a glance, so that right texts pay for nothing more.

Nearly every rule has `= "pro"` or `3 times`; what stands behind the operator or the number tells
that nothing is wrong with it, before `slips` looks at what is expected where.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Final

from segql.language.lexical import NEAR_UNITS
from segql.language.scan import Token
from segql.model.durations import SHORT_BY_LONG

OPERATORS: Final = {
    "==": "=", "===": "=", "<>": "!=", "!==": "!=", "≠": "!=", "=<": "<=", "≤": "<=", "=>": ">=",
    "≥": ">=", "&&": "and", "||": "or", "!": "not",
}  # fmt: skip
UNITS: Final = frozenset(SHORT_BY_LONG) | {f"{unit}s" for unit in SHORT_BY_LONG}
NULLS: Final = frozenset({"null", "none", "nil", "undefined"})
_AFTER_NUMBERS: Final = UNITS | NEAR_UNITS.keys() | {"time", "times", "%"}
_OTHERS: Final = frozenset({"remark", "single", "curly", "glued"})


def is_suspect(tokens: Sequence[Token], at: int, words: Container[str]) -> bool:
    """Whether there may be a slip at the token `at`; `words` are those that may begin one."""
    kind, text, *_ = tokens[at]
    if kind == "word":
        if text == "within" and at + 1 < len(tokens) and tokens[at + 1].kind == "length":
            return False
        return text in words or not (text.islower() or text == text.lower())
    if kind == "number" or kind == "operator":
        after = tokens[at + 1].text.lower() if at + 1 < len(tokens) else ""
        if kind == "operator":
            return text in OPERATORS or after in NULLS
        if after == "times" and text != "1":
            return False
        return after in _AFTER_NUMBERS or tokens[at - 1].text == "between"
    return kind in _OTHERS

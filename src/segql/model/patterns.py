"""Patterns: RE2 and nothing else, so that no pattern and no text takes more than linear time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from segql.model.errors import Refused

if TYPE_CHECKING:
    import re2

MAX_LENGTH: Final = 10_000
"""Code points of a pattern; a class of Unicode counts for 30 more and a brace for 10, as RE2 takes
that much longer over them. Nothing within it takes more than 16 ms to build or to refuse."""
MAX_COST: Final = 50_000
"""Instructions of RE2 for all patterns of one rule: some 15 ms. Ordinary patterns have 10 to 50."""
_MAX_BYTES: Final = 1 << 18
"""What a pattern may take in memory; building one of this size takes 3 ms, of RE2's default 30."""
_UNICODE_CLASS: Final = re.compile(r"\\p", re.IGNORECASE)


@lru_cache(maxsize=1024)
def pattern(text: str, *, folded: bool = False) -> re2._Regexp[str]:
    """The pattern `text`, ignoring case if `folded`.

    Raises `Refused` (`bad-pattern`), with RE2's reason, when RE2 refuses it or it is too large.
    """
    import re2

    options = re2.Options()
    options.log_errors = False  # otherwise RE2 writes to standard error
    options.max_mem = _MAX_BYTES
    if len(text) > MAX_LENGTH:
        raise _refused(f"it has {len(text):,} characters, at most {MAX_LENGTH:,} are read")
    if _weight(text) > MAX_LENGTH:
        raise _refused("it has too many classes and repetitions")
    try:
        return re2.compile(f"(?i){text}" if folded else text, options)
    except UnicodeEncodeError as error:
        raise _refused("it holds half of a surrogate pair") from error
    except re2.error as error:
        reason = error.args[0] if error.args else "it cannot be read"
        words = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise _refused(words) from error


def refusal_cost(text: str) -> int:
    """As many instructions, or more, as could be built in the time that a refusal takes."""
    return 5_000 + 5 * min(_weight(text), MAX_LENGTH)


def _weight(text: str) -> int:
    return len(text) + 30 * len(_UNICODE_CLASS.findall(text)) + 10 * text.count("{")


def _refused(reason: str) -> Refused:
    return Refused(f"this is no pattern: {reason}", code="bad-pattern")

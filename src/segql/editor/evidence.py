"""What the data say about a name, in words."""

from __future__ import annotations

from segql.model.instants import iso
from segql.model.values import Kind
from segql.model.vocabulary import Occurrences, SegmentWords, Values

_KIND_WORDS = {Kind.TEXT: "text", Kind.NUMBER: "number", Kind.FLAG: "true or false"}


def percent_words(share: float) -> str:
    """A share as a whole percentage, or what it is when that would say nothing.

    >>> percent_words(0.98), percent_words(0.0004), percent_words(0.9996)
    ('98%', 'under 1%', 'over 99%')
    """
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"


def count_words(count: int, one: str, many: str | None = None) -> str:
    """A number of things.

    >>> count_words(1, "profile"), count_words(41207, "time")
    ('1 profile', '41,207 times')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def kind_words(values: Values) -> str:
    """Of what kinds the values are; empty when not known.

    >>> kind_words(Values(kinds={Kind.TEXT: 90, Kind.NUMBER: 3}, lists=4))
    'text or number, also in lists'
    """
    found = sorted(values.kinds.items(), key=lambda pair: -pair[1])
    words = [_KIND_WORDS[kind] for kind, count in found if count and kind in _KIND_WORDS]
    if is_date(values):
        words = ["date", *(word for word in words if word == "true or false")]
    said = " or ".join(words)
    if not values.lists:
        return said
    return f"{said}, also in lists" if said else "list"


def is_date(values: Values) -> bool:
    """Whether the values are dates, but for a few."""
    others = values.kinds.get(Kind.TEXT, 0) + values.kinds.get(Kind.NUMBER, 0)
    return values.dates > 0 and values.dates * 10 >= others * 9


def share_words(values: Values, whose: str) -> str:
    """How many of `whose`, such as `profiles`, have a value; empty when nobody counted."""
    if values.share is None:
        return ""
    about = "" if values.exact else "about "
    return f"on {about}{percent_words(values.share)} of {whose}"


def values_words(values: Values, whose: str) -> str:
    """Kinds and share in one line.

    >>> values_words(Values(kinds={Kind.TEXT: 9}, share=0.98), "profiles")
    'text, on 98% of profiles'
    """
    return ", ".join(part for part in (kind_words(values), share_words(values, whose)) if part)


def occurrences_words(occurrences: Occurrences, *, last: bool = False) -> str:
    """How often, by how many, and with `last` when the latest was.

    >>> occurrences_words(Occurrences(count=41207, profiles=312))
    'seen 41,207 times, by 312 profiles'
    """
    parts = []
    if occurrences.count is not None:
        parts.append(f"seen {count_words(occurrences.count, 'time')}")
    if occurrences.profiles is not None:
        parts.append(f"by {count_words(occurrences.profiles, 'profile')}")
    if last and occurrences.last is not None:
        parts.append(f"last {iso(occurrences.last)}")
    return ", ".join(parts)


def members_words(segment: SegmentWords) -> str:
    """How many members, or nothing."""
    return "" if segment.members is None else count_words(segment.members, "member")

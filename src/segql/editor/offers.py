"""What may stand at a place, before anybody says which is likely meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from segql.language.source import Span


class ItemKind(StrEnum):
    """What a completion is, for an icon or a colour."""

    KEYWORD = "keyword"
    OPERATOR = "operator"
    PUNCTUATION = "punctuation"
    TRAIT = "trait"
    EVENT = "event"
    PROPERTY = "property"
    SURVEY = "survey"
    QUESTION = "question"
    SEGMENT = "segment"
    FIELD = "field"
    DESTINATION = "destination"
    VALUE = "value"
    UNIT = "unit"
    PLACEHOLDER = "placeholder"
    """Something of the right kind to write over."""


class Offer(NamedTuple):
    """Something that may stand at a place."""

    name: str
    """What is compared with what is typed."""
    kind: ItemKind
    insert: str
    detail: Callable[[], str] | str
    group: int
    """Offers of a lower group come first."""
    weight: float = 0
    """Of one group, the heavier come first."""
    label: str = ""
    """What is shown, where it is not what is inserted."""
    select: Span | None = None


class Shelf(NamedTuple):
    """Names of one sort, thousands perhaps: offers are made of those that will be shown."""

    entries: Sequence[tuple[str, float, Any]]
    """Each name with its weight, and what `offer` makes the offer of."""
    offer: Callable[[str, Any], Offer]

"""JSON objects as what a test looks at."""

from __future__ import annotations

import re
from typing import Final, TypeAlias

from segql.language.json_place import Place
from segql.language.syntax import AccountTrait, Answer, Field, Trait
from segql.model.values import Path

OPERANDS: Final = frozenset(("trait", "account", "field", "survey"))
"""The keys that say what an attribute is."""

_WORD: Final = re.compile(r"[^\W\d]\w*")

Attribute: TypeAlias = Trait | AccountTrait | Field | Answer


def path(place: Place) -> Path:
    """A name with its parts."""
    return tuple(item.text() for item in place.items())


def _field(place: Place) -> Field:
    """A field of the profile; which there are, the parser knows."""
    name = place.text()
    if not _WORD.fullmatch(name):
        place.refuse("unknown-field", f"is `{name}`, expected the name of a field")
    return Field(name)


def operand(place: Place, more: tuple[str, ...] = ()) -> Attribute:
    """An attribute: an object with its keys, and the keys `more`."""
    match place.tag(sorted(OPERANDS)):
        case "trait":
            return Trait(path(place.keys(("trait", *more))["trait"]))
        case "account":
            return AccountTrait(path(place.keys(("account", *more))["account"]))
        case "field":
            return _field(place.keys(("field", *more))["field"])
        case _:
            found = place.keys(("survey", "answer", *more))
            return Answer(found["survey"].text(), path(found["answer"]))

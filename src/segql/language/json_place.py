"""A value somewhere inside a JSON document: asks for its shape, and says where it is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from math import isfinite
from typing import Final, NoReturn

from attrs import frozen

from segql.language.json_write import LARGEST_WHOLE
from segql.model.errors import Refused

DEEPEST: Final = 160
"""JSON levels: 64 levels of a rule take two each, and the innermost test a few more."""

MOST_VALUES: Final = 100_000
"""JSON values: more than the 32,768 words of a rule can say, of which each makes three at most."""


class Misplaced(Refused):
    """A value is not as it should be; `path` says where, as in `$.rule.and[1].test`."""

    def __init__(self, path: str, found: str, *, code: str, hint: str | None) -> None:
        """`found` follows the path in the message."""
        super().__init__(f"`{path}` {found}" if path else f"it {found}", code=code, hint=hint)
        self.path = path


@frozen
class Place:
    """A value and the way to it from the document's root, as in `$.rule.and[1].test`."""

    value: object
    path: str = "$"

    def refuse(self, code: str, found: str, hint: str | None = None) -> NoReturn:
        """Raise `Misplaced`: `found` follows the path in the message."""
        raise Misplaced(self.path, found, code=code, hint=hint)

    def expect(self, wanted: str) -> NoReturn:
        """Raise `Misplaced` for a value that is not what is `wanted`."""
        self.refuse("wrong-type", f"is {_said(self.value)}, expected {wanted}")

    def entries(self) -> dict[str, Place]:
        """The places of an object's values by key."""
        if not isinstance(self.value, Mapping):
            self.expect("an object")
        for key in self.value:
            if not isinstance(key, str):
                self.refuse("wrong-type", f"has {_said(key)} as a key, expected text")
        before = f"{self.path}." if self.path else ""
        return {key: Place(value, f"{before}{key}") for key, value in self.value.items()}

    def keys(self, required: Collection[str], allowed: Collection[str] = ()) -> dict[str, Place]:
        """The places of an object that has every required key, and no other than allowed ones."""
        found = self.entries()
        for key in required:
            if key not in found:
                self.refuse("missing-key", f"has no `{key}`")
        for key in found:
            if key not in required and key not in allowed:
                known = ", ".join(f"`{name}`" for name in (*required, *allowed))
                self.refuse("unknown-key", f"has the unknown key `{key}`", f"known are {known}")
        return found

    def tag(self, known: Collection[str]) -> str:
        """The one key of an object that is among the `known`, which says what the object is."""
        tags = [key for key in self.entries() if key in known]
        if not tags:
            names = ", ".join(f"`{name}`" for name in known)
            self.refuse("missing-key", "has no key that says what it is", f"use one of {names}")
        if len(tags) > 1:
            self.refuse("unknown-key", f"has both `{tags[0]}` and `{tags[1]}`, expected one")
        return tags[0]

    def items(self, least: int = 1, most: int | None = None) -> tuple[Place, ...]:
        """The places of a list's items; there must be at least `least` and at most `most`."""
        if not isinstance(self.value, list | tuple):
            self.expect("a list")
        size = len(self.value)
        if size < least or (most is not None and size > most):
            wanted = f"{least}" if most == least else f"at least {least}"
            self.refuse("wrong-size", f"has {size} items, expected {wanted}")
        places = enumerate(self.value)
        return tuple(Place(value, f"{self.path}[{index}]") for index, value in places)

    def text(self) -> str:
        """A text; lone surrogates are refused, as no file can hold them."""
        if not isinstance(self.value, str):
            self.expect("text")
        if any("\ud800" <= character <= "\udfff" for character in self.value):
            self.refuse("bad-text", "holds half of a surrogate pair, expected whole characters")
        return self.value

    def choice(self, known: Collection[str]) -> str:
        """A text that is among the `known`."""
        text = self.text()
        if text not in known:
            names = ", ".join(f"`{name}`" for name in known)
            self.refuse("unknown-word", f"is `{text}`", f"known are {names}")
        return text

    def whole(self) -> int:
        """A whole number that is not negative, and not a float."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or self.value < 0:
            self.expect("a whole number from 0 on")
        return self.value

    def number(self) -> float:
        """A finite number, as a double; never -0.0."""
        if isinstance(self.value, bool) or not isinstance(self.value, int | float):
            self.expect("a number")
        if isinstance(self.value, int) and abs(self.value) > LARGEST_WHOLE:
            hint = "keep ids as text"
            self.refuse("large-number", "is beyond ±2^53, where doubles skip whole numbers", hint)
        if not isfinite(self.value):
            self.refuse("bad-number", "is not finite")
        return float(self.value) + 0.0

    def true(self) -> bool:
        """`true`, the only value of a key that may be left out."""
        if self.value is not True:
            self.expect("true, or no such key")
        return True


_MOST_TEXT: Final = 64 * 1024
"""Code points of all texts and keys together."""


def refuse_size(document: object) -> None:
    """Raise `Refused` (`too-deep`, `too-large`, `large-number`) for what no rule can be.

    Works without recursion, and looks at nothing behind the first fault.
    """
    level, count, text = [Place(document)], 1, 0
    for _ in range(DEEPEST):
        inner: list[Place] = []
        for place in level:
            text += _text_size(place)
            if text > _MOST_TEXT:
                place.refuse("too-large", f"comes with more than {_MOST_TEXT:,} characters of text")
            inner.extend(islice(_inside(place), MOST_VALUES + 1))
            if count + len(inner) > MOST_VALUES:
                place.refuse("too-large", f"comes after {MOST_VALUES} values, more than a rule has")
        if not inner:
            return
        level, count = inner, count + len(inner)
    level[0].refuse("too-deep", "lies deeper than the 64 levels that a rule may have")


def _text_size(place: Place) -> int:
    """The code points of a text, or of an object's keys; whole numbers must be exact in a double.

    A number of thousands of digits could not even be shown in a message.
    """
    match place.value:
        case str() as text:
            return len(text)
        case Mapping() as values:
            if not all(isinstance(key, str) for key in values):
                place.entries()  # says which
            return sum(map(len, values))
        case int() as number if abs(number) > LARGEST_WHOLE:
            place.number()
    return 0


def _inside(place: Place) -> Iterator[Place]:
    match place.value:
        case Mapping() as values:
            yield from (Place(value, f"{place.path}.{key}") for key, value in values.items())
        case list() | tuple() as values:
            yield from (Place(item, f"{place.path}[{at}]") for at, item in enumerate(values))


def _said(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "text"
        case int() | float():
            return f"the number {value}" if abs(value) < 10**15 else "a large number"
        case list() | tuple():
            return "a list"
        case Mapping():
            return "an object"
        case _:
            return f"a {type(value).__name__}"

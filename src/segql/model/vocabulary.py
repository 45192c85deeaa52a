"""Which names exist, of what kind, how often: the `Vocabulary` that texts are checked against.

A store answers it from its data, an embedding tool from what it lists (`segql.Vocabulary`); the
checker, completion and hover ask it. Everything is evidence: a name that nobody has yet may come.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from attrs import field, frozen

from segql.model.instants import Instant
from segql.model.values import Kind, Path, Scalar


@frozen(kw_only=True)
class Values:
    """What the values under a name are like: of a trait, a property or an answer."""

    share: float | None = None
    """The part, from 0 to 1, of those who could have it and do; None when nobody counted."""
    kinds: Mapping[Kind, int] = field(factory=dict)
    """How many values (elements of lists by themselves) are of each kind; empty: not known."""
    dates: int = 0
    """How many of them read as dates (§3.5)."""
    lists: int = 0
    """How many of their owners hold a list."""
    top: tuple[tuple[Scalar, int], ...] = ()
    """The most frequent scalars with their numbers, most frequent first."""
    complete: bool = False
    """`top` holds every scalar there is."""
    exact: bool = True
    """Off: shares and numbers come from a sample."""


@frozen(kw_only=True)
class Occurrences:
    """How often an event was done, or a survey answered, seen or dismissed."""

    count: int | None = None
    profiles: int | None = None
    last: Instant | None = None
    exact: bool = True
    """Off: the numbers come from a sample."""


@frozen(kw_only=True)
class SegmentWords:
    """A segment that rules may refer to."""

    members: int | None = None
    text: str = ""
    """Its definition in a `.segql` file; "" for a fixed list."""
    description: str | None = None


class Vocabulary(Protocol):
    """The names that rules may use. A name is looked up, or all are listed; nothing is cut."""

    @property
    def profiles(self) -> int | None:
        """How many profiles there are; None when nobody counted."""

    def traits(self) -> Mapping[Path, Values]:
        """Traits by path; objects are not among them, what they hold is."""

    def account_traits(self) -> Mapping[Path, Values]:
        """Traits of accounts by path."""

    def events(self) -> Mapping[str, Occurrences]:
        """Events by name."""

    def properties(self, event: str) -> Mapping[Path, Values]:
        """Properties of the events of that name; none for an unknown event."""

    def surveys(self) -> Mapping[str, Occurrences]:
        """Surveys by key."""

    def questions(self, survey: str | None) -> Mapping[Path, Values]:
        """Questions of a survey, or of all surveys pooled."""

    def segments(self) -> Mapping[str, SegmentWords]:
        """Segments by name."""

"""`Facts`: what may be asked about one profile; the store and a plain document both answer it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Protocol

from segql.model.instants import Instant
from segql.model.values import Json, Path


class Timeline(Protocol):
    """What a profile did of one kind, in order of time, then arrival; future ones included."""

    @property
    def times(self) -> Sequence[Instant]:
        """The instants, ascending."""

    def properties(self, index: int) -> Mapping[str, Json]:
        """The properties, or answers, of the activity at `index` of `times`."""

    def source(self, index: int) -> str | None:
        """What identifies the activity at `index`: a message in the store, a place in a document.

        None where nothing does.
        """


class Facts(Protocol):
    """One profile. Nothing is cut at now except where `now` is asked for."""

    @property
    def id(self) -> str:
        """The external id; "" for a document without one."""

    def trait(self, path: Path) -> Json:
        """The trait at `path`, None when missing."""

    def changed(self, path: Path) -> Instant | None:
        """When the trait at `path` last became what it is, None where nothing says so."""

    def get(self, key: str, /) -> Json:
        """The trait under one key: `trait((key,))`, in one call."""

    def account_trait(self, path: Path) -> Json:
        """The trait of the profile's account at `path`, None when missing or without account."""

    def field(self, name: str, now: Instant) -> str | float | None:
        """A field of §4 as of `now`: text, a count, or an instant in ms as a float."""

    def answer(self, survey: str, path: Path, now: Instant) -> Json:
        """The newest non-null answer at `path` given to `survey` up to `now`."""

    def events(self, name: str) -> Timeline:
        """The profile's events called `name`."""

    def actions(self, action: str, survey: str | None) -> Timeline:
        """The profile's survey actions of that kind, on one survey or on all."""

    def begins_after(self, now: Instant) -> Instant | None:
        """The first instant after `now` at which more of the profile begins to exist.

        An event, a survey action or answer, or a call dated in the future; None without one.
        """

    def in_segment(self, name: str) -> bool:
        """Whether the profile is in the segment."""

    def teammates(self) -> Iterable[Facts]:
        """The profiles of the same account, oneself included; none without an account."""

    def of_team(self) -> MutableMapping[object, Any]:
        """What was found of all teammates together, for the next of them to be asked.

        Kept for as long as nothing changes about any of them, or not at all.
        """

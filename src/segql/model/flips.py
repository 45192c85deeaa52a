"""A flip: a profile enters or leaves a segment, when and because of what."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from segql.model.instants import Instant


class Cause(StrEnum):
    """What makes profiles enter and leave; `Flip.cause_id` tells which one it was."""

    EVENT = "event"
    """An event; the number of its arrival."""
    IDENTIFY = "identify"
    """What was said of the profile; the change number of the call's transaction."""
    ACCOUNT = "account"
    """What was said of its account, or done by a teammate where there are many; the change number
    of the call's transaction."""
    SURVEY = "survey"
    """A survey action; the id of the response."""
    TEAMMATE = "teammate"
    """What another profile of the account did; the change number of the call's transaction."""
    TIME = "time"
    DEFINITION = "definition"
    """The segment's rule was made or changed; the number of the revision."""
    IMPORT = "import"
    """A file; the change number of its last batch."""
    MERGE = "merge"
    """Two profiles became one; the change number of the call's transaction."""
    DELETE = "delete"
    """The profile, or the segment, was deleted; the change number of the transaction."""


@frozen
class Flip:
    """A profile, by internal id, enters or leaves a segment, by id, at the instant `at`."""

    segment: int
    profile: int
    enters: bool
    at: Instant
    cause: Cause
    cause_id: int | None = None
    silent: bool = False
    """Whether it is no news: history keeps it, and nothing is delivered."""

"""The calls that bring data in, as values; a batch is a sequence of them.

A `time` is ISO 8601 text, an aware datetime, or milliseconds since 1970 UTC; None is the instant of
the call. Ids are text and compared exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, TypeAlias

from attrs import field, frozen

from segql.model.errors import SegqlError
from segql.model.values import Json

Time: TypeAlias = str | datetime | int
"""ISO 8601 text, an aware datetime, or milliseconds since 1970 UTC."""
Values: TypeAlias = Mapping[str, Json]


@frozen
class Identify:
    """Merge `traits` over those of `profile`, made if it is new; a None takes a trait away.

    `account_traits` are merged over those of the account, which must be given then.
    """

    profile: str
    traits: Values = field(factory=dict)
    email: str | None = field(default=None, kw_only=True)
    account: str | None = field(default=None, kw_only=True)
    account_traits: Values = field(factory=dict, kw_only=True)


@frozen
class SetAccount:
    """Merge `traits` over those of `account`, made if it is new; a None takes a trait away."""

    account: str
    traits: Values = field(factory=dict)


@frozen
class Track:
    """`profile`, made if it is new, did `event`; of calls with a `message_id` the first counts."""

    profile: str
    event: str
    properties: Values = field(factory=dict)
    time: Time | None = field(default=None, kw_only=True)
    message_id: str | None = field(default=None, kw_only=True)


@frozen
class Survey:
    """A survey action of `profile`, made if it is new: `seen`, `completed`, `dismissed`, `partial`.

    A call with the `response_id` of an earlier one replaces it, unless its time is before.
    """

    profile: str
    survey: str
    action: str
    answers: Values = field(factory=dict)
    time: Time | None = field(default=None, kw_only=True)
    message_id: str | None = field(default=None, kw_only=True)
    response_id: str | None = field(default=None, kw_only=True)


@frozen
class Merge:
    """`absorbed` was `profile` all along: its data move there, and its id means `profile` for ever.

    `profile` is made if it is new; `absorbed` may be unknown.
    """

    absorbed: str
    profile: str


@frozen
class Delete:
    """Take `profile` away, with all that it did; its id is free again."""

    profile: str


Call: TypeAlias = Identify | SetAccount | Track | Survey | Merge | Delete


@frozen
class Outcome:
    """What became of one call of a batch.

    `stored`: it is kept; `present`: it was there already and changed nothing; `refused`: `error`
    says why, and nothing of it is stored.
    """

    status: Literal["stored", "present", "refused"]
    error: SegqlError | None = None

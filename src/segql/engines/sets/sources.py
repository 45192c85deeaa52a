"""Sources: what conditions read, each packed per range of ids; and how rows give them."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, Literal, TypeAlias, assert_never
from zoneinfo import ZoneInfo

import numpy as np
from attrs import frozen

from segql.engines.sets import rows
from segql.engines.sets.gather import pack_column
from segql.engines.sets.rows import Scope
from segql.engines.sets.scaled import MISSING, Index, Whole, narrow, pack_ints
from segql.engines.sets.stream import pack_stream
from segql.model.sampling import share
from segql.model.values import Path
from segql.store.columns import Packed, joined
from segql.store.driver import Connection
from segql.store.names import path_text

Family: TypeAlias = (
    Literal["activity", "names", "accounts", "traits", "account traits", "responses"] | int
)
"""Sources whose rows are read together; the events of a name have its number."""

ACTIONS: Final = ("seen", "completed", "dismissed", "partial")


@frozen(cache_hash=True)
class Source:
    """One thing to read: `kind` says what, `name` or `path` which."""

    family: Family
    kind: Literal[
        "activity", "id", "share", "account", "email", "trait", "changed", "stream", "values"
    ]
    name: str = ""
    path: Path = ()

    @property
    def key(self) -> str:
        """What snapshots of it are kept under."""
        family = f"event {self.family}" if isinstance(self.family, int) else self.family
        which = path_text((self.name,)) if self.name else path_text(self.path)
        return f"{family}:{self.kind}:{which}"

    @property
    def counts_activities(self) -> bool:
        """Whether its places are activities, or belong to a stream: then all of the family must be
        of the same rows.
        """
        return self.family == "responses" or isinstance(self.family, int)


ACTIVITY: Final = Source("activity", "activity")
"""Who lives, and the fields of §4 that are numbers or times."""
EXTERNAL: Final = Source("names", "id")
ACCOUNT: Final = Source("accounts", "account")
EMAIL: Final = Source("traits", "email")
RESPONSES: Final = Source("responses", "stream")


def share_of(sample: str) -> Source:
    """The shares of profiles in the sample called `sample`."""
    return Source("names", "share", name=sample)


def trait(path: Path) -> Source:
    """The traits at `path`."""
    return Source("traits", "trait", path=path)


def changed_at(path: Path) -> Source:
    """Since when the traits at `path` are what they are; for those that there are and know it."""
    return Source("traits", "changed", path=path)


def account_trait(path: Path) -> Source:
    """The traits of accounts at `path`, over the ids of accounts."""
    return Source("account traits", "trait", path=path)


def events(name: int) -> Source:
    """When events happened."""
    return Source(name, "stream")


def values(family: Family, path: Path) -> Source:
    """The properties of events, or the answers of responses, at `path`."""
    return Source(family, "values", path=path)


def build(
    connection: Connection, scope: Scope, sources: Sequence[Source], zone: ZoneInfo
) -> dict[Source, Packed]:
    """Read `sources`, all of one family, from the rows of the profiles (or accounts) in `scope`."""
    with _uncollected():
        return _built(connection, scope, sources, zone)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without searches for cycles: millions of rows hold none, and looking costs 40 %."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _built(
    connection: Connection, scope: Scope, sources: Sequence[Source], zone: ZoneInfo
) -> dict[Source, Packed]:
    family = sources[0].family
    match family:
        case "activity":
            return {ACTIVITY: _activity(connection, scope)}
        case "names":
            return _names(connection, scope, sources, zone)
        case "accounts":
            numbers, texts = rows.accounts(connection, scope)
            column = pack_column(texts, None, zone)
            arrays = {"numbers": narrow(numbers)}
            return {ACCOUNT: joined({"external": column}, {}, arrays)}
        case "traits":
            return _traits(connection, scope, sources, zone)
        case "account traits":
            paths = [source.path for source in sources]
            found = rows.account_traits(connection, scope, paths)
            return {account_trait(path): pack_column(found[path], path, zone) for path in paths}
        case "responses":
            return _responses(connection, scope, sources, zone)
        case int():
            return _events(connection, scope, sources, zone)
        case _:
            assert_never(family)


def _names(
    connection: Connection, scope: Scope, sources: Sequence[Source], zone: ZoneInfo
) -> dict[Source, Packed]:
    found = rows.externals(connection, scope)
    packed = {}
    for source in sources:
        if source.kind == "id":
            packed[source] = pack_column(found, None, zone)
        else:
            shares = (0 if name is None else share(str(name), source.name) for name in found)
            packed[source] = Packed({}, {"shares": np.fromiter(shares, np.uint32, len(found))})
    return packed


def _traits(
    connection: Connection, scope: Scope, sources: Sequence[Source], zone: ZoneInfo
) -> dict[Source, Packed]:
    paths = [source.path for source in sources if source.kind == "trait"]
    packed = {}
    if paths or EMAIL in sources:
        found, emails = rows.traits(connection, scope, paths, email=EMAIL in sources)
        packed = {trait(path): pack_column(found[path], path, zone) for path in paths}
        if EMAIL in sources:
            packed[EMAIL] = pack_column(emails, None, zone)
    noted = [source.path for source in sources if source.kind == "changed"]
    if noted:
        times = rows.changes(connection, scope, noted)
        packed |= {changed_at(path): pack_ints(times[path]) for path in noted}
    return packed


def _events(
    connection: Connection, scope: Scope, sources: Sequence[Source], zone: ZoneInfo
) -> dict[Source, Packed]:
    name = sources[0].family
    assert isinstance(name, int)
    paths = [source.path for source in sources if source.kind == "values"]
    owners, times, found = rows.events(connection, scope, name, paths)
    packed = {values(name, path): pack_column(found.pop(path), path, zone) for path in paths}
    return packed | {events(name): pack_stream(owners, times, scope.slots)}


def _responses(
    connection: Connection, scope: Scope, sources: Sequence[Source], zone: ZoneInfo
) -> dict[Source, Packed]:
    paths = [source.path for source in sources if source.kind == "values"]
    read = rows.responses(connection, scope, paths)
    actions = np.array([ACTIONS.index(action) for action in read.actions], np.uint8)
    stream = joined(
        {"stream": pack_stream(read.owners, read.times, scope.slots)},
        {},
        {"surveys": narrow(read.surveys), "actions": actions},
    )
    packed = {
        values("responses", path): pack_column(read.answers[path], path, zone) for path in paths
    }
    return packed | {RESPONSES: stream}


def _activity(connection: Connection, scope: Scope) -> Packed:
    slots, table = rows.activity(connection, scope)
    by_name = dict(zip(rows.ACTIVITY_COLUMNS, table, strict=True))
    return pack_activity(slots, by_name, scope.slots)


def pack_activity(living: Index, by_name: Mapping[str, Whole], slots: int) -> Packed:
    """Counters and times of the `living` slots, by names of `ACTIVITY_COLUMNS`, for `fields`."""
    there = np.zeros(slots, np.bool_)
    there[living] = True
    fields = {**by_name, **seen(by_name)}
    latest = latest_of(by_name["last_call"], by_name["last_event"], by_name["last_action"])
    fields["latest"] = latest
    packed = {}
    for name, column in fields.items():
        wide = np.full(slots, MISSING, np.int64)
        wide[living] = column
        packed[name] = pack_ints(wide)
    return joined(packed, {"slots": slots}, {"living": np.packbits(there)})


def seen(by_name: Mapping[str, Whole]) -> dict[str, Whole]:
    """The fields that span several columns: `first_seen`, `last_seen` and `last_survey`."""
    return {
        "first_seen": earliest_of(
            by_name["first_call"], by_name["first_event"], by_name["first_action"]
        ),
        "last_seen": latest_of(by_name["last_call"], by_name["last_event"], by_name["last_action"]),
        "last_survey": latest_of(
            by_name["last_survey_seen"],
            by_name["last_survey_completed"],
            by_name["last_survey_dismissed"],
        ),
    }


def latest_of(*times: Whole) -> Whole:
    """The latest time at each place; `MISSING`, which is before all times, where there is none."""
    latest = times[0]
    for more in times[1:]:
        latest = np.maximum(latest, more)
    return latest


def earliest_of(*times: Whole) -> Whole:
    """The earliest time at each place, `MISSING` where there is none."""
    top = np.iinfo(np.int64).max
    earliest = np.full(len(times[0]), top)
    for more in times:
        earliest = np.minimum(earliest, np.where(more == MISSING, top, more))
    return np.where(earliest == top, MISSING, earliest)

"""On definition and import: everybody is evaluated in bulk and the difference applied, silently.

Three steps, each of which a kill may follow: the segments are marked stale in the transaction that
makes them so; the set engine evaluates without holding a lock; then each segment's difference is
applied, and its mark taken away, in one transaction of its own. Whatever is still stale is caught
up by the next call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from time import perf_counter

import numpy as np
from attrs import frozen

from segql.engines import sets
from segql.membership.catalog import Catalog, Entry
from segql.membership.live import project_facts
from segql.model.instants import Moment
from segql.store import members, segments
from segql.store.driver import Connection, immediate
from segql.store.profiles import changed_since

Progress = Callable[[int, int, str], None]
"""Called with segments done, segments in all, and the name of the one at hand."""


@frozen
class Recomputed:
    """What a bulk computation did to one segment; `took_ms` is its part of the whole."""

    name: str
    members: int
    entered: int
    left: int
    took_ms: int


def recompute(
    connection: Connection,
    path: Path,
    catalog: Catalog,
    names: Collection[str],
    *,
    moment: Moment,
    cause: str,
    on_progress: Progress | None = None,
) -> tuple[Recomputed, ...]:
    """Evaluate the segments `names` for everybody at `moment` and store who entered and left.

    `path` is where the database of `connection` is. Results come in order of dependency. Fires no
    deliveries. Manual segments are passed over.
    """
    wanted = [
        entry for name, entry in catalog.entries.items() if name in names and entry.rule is not None
    ]
    if not wanted:
        return ()
    started = perf_counter()
    result = sets.evaluate(
        path, catalog.rules, moment=moment, names=[entry.name for entry in wanted]
    )
    evaluating = (perf_counter() - started) / len(wanted)
    done = []
    for index, entry in enumerate(wanted):
        if on_progress is not None:
            on_progress(index, len(wanted), entry.name)
        began = perf_counter()
        with immediate(connection):
            holding = _rechecked(connection, catalog, entry, result, moment)
            current = np.array(members.ids(connection, entry.stored.id), dtype=np.int64)
            entering = np.setdiff1d(holding, current, assume_unique=True)
            leaving = np.setdiff1d(current, holding, assume_unique=True)
            members.apply(
                connection,
                entry.stored.id,
                entering.tolist(),
                leaving.tolist(),
                at=moment.now,
                cause=cause,
            )
            took = round(1000 * (evaluating + perf_counter() - began))
            segments.mark_evaluated(connection, entry.stored.id, at=moment.now, took=took)
        done.append(Recomputed(entry.name, len(holding), len(entering), len(leaving), took))
    if on_progress is not None:
        on_progress(len(wanted), len(wanted), "")
    return tuple(done)


def _rechecked(
    connection: Connection, catalog: Catalog, entry: Entry, result: sets.Result, moment: Moment
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The profiles that the rule holds for, those changed since the read re-checked one by one."""
    holding = result.ids(entry.name).astype(np.int64)
    changed = changed_since(connection, result.changed)
    if not changed or entry.compiled is None:
        return holding
    holds = entry.compiled.at(moment)
    kept = [
        profile
        for profile in changed
        if (facts := project_facts(connection, profile, catalog, moment)) is not None
        and holds(facts)
    ]
    unchanged = np.setdiff1d(holding, np.array(changed, dtype=np.int64), assume_unique=True)
    return np.union1d(unchanged, np.array(kept, dtype=np.int64))


def stale_names(catalog: Catalog) -> tuple[str, ...]:
    """The segments that a bulk computation is due for."""
    return tuple(name for name, entry in catalog.entries.items() if entry.stored.stale)


def mark_stale(connection: Connection, catalog: Catalog, names: Iterable[str]) -> None:
    """Mark the segments `names` in the caller's transaction."""
    segments.mark_stale(connection, (catalog.entries[name].stored.id for name in names))

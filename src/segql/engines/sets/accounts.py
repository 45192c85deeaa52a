"""What conditions ask of accounts, for all accounts at once, as profiles of any range have them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from attrs import evolve

from segql.engines.sets import parts
from segql.engines.sets.conditions import Condition
from segql.engines.sets.packing import Kinds, together, unpacked
from segql.engines.sets.passing import passing
from segql.engines.sets.prepare import Kept
from segql.engines.sets.scaled import Bools, Whole
from segql.engines.sets.slices import Slice, Terms
from segql.engines.sets.sources import account_trait
from segql.model.values import Path
from segql.rules.rule import AccountTrait, Compares, Holds
from segql.store.driver import Connection


def with_accounts(
    terms: Terms, connection: Connection, kept: Kept, conditions: Sequence[Condition]
) -> Terms:
    """`terms` with what `conditions` ask of accounts, in the open transaction."""
    tested: dict[Holds, Path] = {}
    compared: set[Path] = set()
    for condition in conditions:
        match condition:
            case Holds(AccountTrait(path)):
                tested[condition] = path
            case Compares(operand, _, other):
                compared |= {one.path for one in (operand, other) if isinstance(one, AccountTrait)}
            case _:
                pass
    if not tested and not compared:
        return terms
    population, _ = kept.seen(connection)
    holds = {condition: np.zeros(population.last + 1, np.bool_) for condition in tested}
    values: dict[Path, list[Kinds]] = {path: [Kinds()] for path in compared}
    for slice_, ids in account_slices(connection, kept):
        for condition, path in tested.items():
            _place(holds[condition], slice_, ids, path, condition, terms)
        for path in compared:
            column = slice_.column(account_trait(path))
            values[path].append(unpacked(column, ids[: column.owners]))
    together_by_path = {path: together(every) for path, every in values.items()}
    return evolve(terms, accounts=holds, account_values=together_by_path)


def _place(
    holds: Bools, slice_: Slice, ids: Whole, path: Path, condition: Holds, terms: Terms
) -> None:
    found = slice_.fitted(passing(slice_.column(account_trait(path)), condition.test, terms.moment))
    there = ids >= 0
    holds[ids[there]] = found[there]


def account_slices(connection: Connection, kept: Kept) -> Iterator[tuple[Slice, Whole]]:
    """Everybody in `kept` once: slices with the id in each slot, -1 for one that is elsewhere."""
    population, changes = kept.seen(connection)
    for part in population.parts():
        scope = population.scope(part)
        held = kept.held(connection, population, part, changes)
        whole, fresh = parts.slices(connection, scope, kept.zone, kept.sources, held, changes)
        ids = np.arange(scope.first, scope.first + scope.slots)
        if fresh is not None:
            ids[scope.slots_of(fresh.ids)] = -1
            yield fresh.slice, fresh.ids
        yield whole, ids

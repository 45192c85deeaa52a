"""The rules of a catalogue at one moment, each bound to it when it is first asked."""

from __future__ import annotations

from segql.engines.interpreter.edges import Spells
from segql.engines.interpreter.facts import Facts
from segql.engines.interpreter.predicates import Predicate
from segql.engines.interpreter.spells import Spell
from segql.membership.catalog import Catalog
from segql.model.crossings import NEVER
from segql.model.errors import Broken, Busy
from segql.model.instants import Instant, Moment
from segql.store import runs, settings
from segql.store.driver import Connection, DriverError
from segql.store.facts import StoredFacts


class Asking:
    """Asks rules, by place, about stored profiles, inside one write transaction."""

    def __init__(self, connection: Connection, catalog: Catalog, moment: Moment) -> None:
        """Bind nothing yet."""
        self._connection = connection
        self._catalog = catalog
        self._moment = moment
        self._bound: dict[int, Predicate[Facts]] = {}
        self._spells = Spells(moment)
        self._failed: set[int] = set()

    def of(self, place: int, facts: StoredFacts, *, until: Instant) -> Spell | None:
        """Whether a rule holds, and when time may change that, looking up to `until`.

        None where it cannot be asked, which stops no other.
        """
        askable = self._catalog.askable[place]
        if askable is None or place in self._failed:
            return None
        rule, compiled, is_timed = askable
        now = self._moment.now
        try:
            if now < until and (is_timed or facts.begins_after(now) is not None):
                return self._spells.of(rule, facts)
            holds = self._bound.get(place)
            if holds is None:
                holds = self._bound[place] = compiled.at(self._moment)
            return holds(facts), NEVER
        except (Busy, Broken, DriverError):
            raise
        except Exception as error:  # one rule must not stop the data and all the others
            self._failed.add(place)
            segment = self._catalog.ids[place]
            runs.fail(self._connection, segment, f"{type(error).__name__}: {error}")
            settings.take(self._connection, settings.Counter.CATALOG)
            return None

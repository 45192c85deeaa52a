"""Which rules an event can matter to: those that read its name and whose `where` it passes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import field, frozen

from segql.engines.interpreter.attributes import Properties, bind_where
from segql.engines.interpreter.predicates import Bind, Predicate
from segql.membership.affected import Affected, Readers
from segql.model.fields import EVENT_FIELDS
from segql.model.instants import Moment
from segql.model.values import Json
from segql.rules.growth import selecting
from segql.rules.rule import Rule


@frozen
class _Reading:
    """The rules, by place, that read events of one name."""

    every: Sequence[int]
    """Those that each of the events can matter to."""
    some: Sequence[tuple[int, Sequence[Bind[Properties]]]]
    """Those that one can matter to when some clause lets it pass."""


@frozen
class Selection:
    """For every name of an event the rules that read it, worked out when it is first asked for."""

    _readers: Readers
    _rules: Sequence[Rule | None]
    _found: dict[str, _Reading] = field(factory=dict, repr=False)

    def at(self, moment: Moment) -> Selecting:
        """It at one moment."""
        return Selecting(self, moment)

    def of_name(self, name: str) -> _Reading:
        """The rules that read events called `name`."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._search(name)
        return found

    def _search(self, name: str) -> _Reading:
        affected = Affected(events=frozenset({name}), fields=EVENT_FIELDS)
        every: list[int] = []
        some: list[tuple[int, Sequence[Bind[Properties]]]] = []
        for place in sorted(self._readers.of_affected(affected)):
            rule = self._rules[place]
            clauses = None if rule is None else selecting(rule, name)
            if clauses is None:
                every.append(place)
            else:
                some.append((place, [bind_where(clause) for clause in clauses]))
        return _Reading(every, some)


class Selecting:
    """Finds the rules that events can matter to, at one moment."""

    def __init__(self, selection: Selection, moment: Moment) -> None:
        """Bind clauses to `moment` when they are first asked."""
        self._selection = selection
        self._moment = moment
        self._bound: dict[str, list[tuple[int, list[Predicate[Properties]]]]] = {}

    def places(self, name: str, properties: Mapping[str, Json]) -> Collection[int]:
        """The rules, by place, that an event with these properties can matter to."""
        reading = self._selection.of_name(name)
        if not reading.some:
            return reading.every
        bound = self._bound.get(name)
        if bound is None:
            bound = self._bound[name] = [
                (place, [bind(self._moment) for bind in binds]) for place, binds in reading.some
            ]
        found = [*reading.every]
        for place, clauses in bound:
            for passes in clauses:
                if passes(properties):
                    found.append(place)
                    break
        return found

"""What the vocabulary knows about the names at a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from segql.editor.evidence import is_date
from segql.editor.roles import Roles
from segql.editor.scopes import Name, Root
from segql.model.fields import COUNT_FIELDS, TIME_FIELDS
from segql.model.listed import Vocabulary as Listed
from segql.model.values import Kind, Path
from segql.model.vocabulary import Values, Vocabulary

NOTHING: Final[Vocabulary] = Listed()
"""The vocabulary of someone who knows no names."""
_KINDS: Final = {Kind.TEXT: "text", Kind.NUMBER: "number", Kind.FLAG: "flag"}
_NUMBERS: Final = frozenset({"sum", "avg", "min", "max", "count distinct"})


def paths_under(vocabulary: Vocabulary, roles: Roles) -> Mapping[Path, Values]:
    """The names that may stand at a place, from their first part on."""
    if roles.before == ".":
        name = roles.name
        return {} if name is None else _paths(vocabulary, name, roles)
    owner = roles.owner
    if owner is None:
        return {}
    if owner.is_survey:
        return vocabulary.questions(owner.name)
    return vocabulary.properties(owner.name or "")


def values_of(vocabulary: Vocabulary, name: Name, roles: Roles) -> Values | None:
    """What is known about the values under a name; None for an unknown one and for fields."""
    return _paths(vocabulary, name, roles).get(name.path)


def _paths(vocabulary: Vocabulary, name: Name, roles: Roles) -> Mapping[Path, Values]:
    match name.root:
        case Root.TRAIT:
            return vocabulary.traits()
        case Root.ACCOUNT:
            return vocabulary.account_traits()
        case Root.ANSWER:
            return vocabulary.questions(name.survey or None)
        case Root.PROPERTY:
            owner = roles.owner
            return {} if owner is None else vocabulary.properties(owner.name or "")
        case Root.FIELD:
            return {}


def kinds_at(vocabulary: Vocabulary, roles: Roles) -> frozenset[str]:
    """What the operand before a place can be: `text number flag date list`; empty: not known."""
    if roles.aggregate in _NUMBERS:
        return frozenset({"number"})
    name = roles.name
    if name is None:
        return frozenset()
    if name.root is Root.FIELD:
        return frozenset({field_kind(name.path[0])})
    values = values_of(vocabulary, name, roles)
    return frozenset() if values is None else kinds_of(values)


def field_kind(name: str) -> str:
    """Of what kind a field is."""
    if name in TIME_FIELDS:
        return "date"
    return "number" if name in COUNT_FIELDS else "text"


def kinds_of(values: Values) -> frozenset[str]:
    """The kinds of values, as words; a few that are otherwise among dates do not count."""
    found = {_KINDS[kind] for kind, count in values.kinds.items() if count and kind in _KINDS}
    if is_date(values):
        found -= {"text", "number"}
    if values.dates:
        found.add("date")
    if values.lists and found:
        found.add("list")
    return frozenset(found)

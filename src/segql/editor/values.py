"""The values that an operand has, written as in a rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from segql.editor.cursor import Cursor
from segql.editor.evidence import count_words, kind_words
from segql.editor.fitting import orders
from segql.editor.knowledge import values_of
from segql.editor.offers import ItemKind, Offer
from segql.editor.scopes import Scope
from segql.language import write
from segql.model.values import Scalar
from segql.model.vocabulary import Values, Vocabulary

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def values_at(cursor: Cursor, vocabulary: Vocabulary, kinds: frozenset[str]) -> Iterator[Offer]:
    """The values that the operand before a place has, where a value may stand."""
    roles, stand = cursor.roles, cursor.stand
    is_text_only = stand.takes("STRING") and not stand.takes("INT")
    if roles.takes is not Scope.STRING or not (stand.takes("TRUE") or is_text_only):
        return
    if roles.before == "." or roles.begins_property or roles.name is None:
        return
    if roles.aggregate in ("sum", "avg", "count distinct"):
        return
    values = values_of(vocabulary, roles.name, roles)
    if values is None:
        return
    is_ordered = orders(cursor)
    for scalar, times in values.top:
        written = _written(scalar, kinds)
        if written is None or (is_text_only and not isinstance(scalar, str)):
            continue
        if is_ordered and written[0] in '"tf':
            continue
        yield Offer(
            scalar if isinstance(scalar, str) else written,
            ItemKind.VALUE,
            written,
            partial(_times, times, values),
            0,
            times,
            written,
        )


def _written(scalar: Scalar, kinds: frozenset[str]) -> str | None:
    match scalar:
        case bool():
            return "true" if scalar else "false"
        case str() if kinds == {"date"}:
            return scalar if _DATE.fullmatch(scalar) else None
        case str():
            return write.quoted(scalar)
        case _:
            return write.number(scalar)


def _times(count: int, values: Values) -> str:
    if not count:
        return kind_words(values)
    return f"{'' if values.exact else 'about '}{count_words(count, 'time')}"

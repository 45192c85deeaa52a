"""A vocabulary of every name that generated rules use, and the real parser to hold against."""

from __future__ import annotations

from functools import cache

from lark import Lark
from lark.exceptions import UnexpectedInput

from language.strategies import POOLS, Pools
from segql.language.tables import grammar_text, lark_parser
from segql.model.listed import Vocabulary
from segql.model.values import Kind
from segql.model.vocabulary import Occurrences, SegmentWords, Values


def vocabulary_of(pools: Pools = POOLS) -> Vocabulary:
    """Every name of the pools; their values are of all kinds, so that every test fits."""
    values = Values(
        kinds={Kind.TEXT: 9, Kind.NUMBER: 9, Kind.FLAG: 9},
        dates=9,
        lists=9,
        top=(*((text, 3) for text in pools.texts), *((number, 2) for number in pools.numbers)),
    )
    questions = dict.fromkeys(pools.questions, values)
    return Vocabulary(
        traits=dict.fromkeys(pools.traits, values),
        account_traits=dict.fromkeys(pools.account_traits, values),
        events=dict.fromkeys(pools.events, Occurrences(count=3, profiles=2)),
        properties={event: dict.fromkeys(pools.properties, values) for event in pools.events},
        surveys=dict.fromkeys(pools.surveys, Occurrences()),
        questions=dict.fromkeys(pools.surveys, questions),
        pooled=questions,
        segments=dict.fromkeys(pools.segments, SegmentWords(members=3)),
    )


@cache
def parser() -> Lark:
    """The grammar's own parser, lexer included."""
    return lark_parser(grammar_text())


def is_beginning(text: str, start: str) -> bool:
    """Whether a rule or file can begin with `text`."""
    interactive = parser().parse_interactive(text, start=start)
    try:
        interactive.exhaust_lexer()
    except UnexpectedInput:
        return False
    return True

"""The phrases that complete a place: words of the grammar that belong together.

What may follow comes from the grammar; this table only says which words people think of as one.
A phrase that has begun is completed with its rest; a word that no phrase begins with stands alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final

from attrs import frozen

from segql.editor.stand import Stand, terminals_of
from segql.editor.words import OPERATORS, WORDS
from segql.language.grammar import table
from segql.language.scan import scan
from segql.language.source import Span

# Phrases, the likelier ones first, with the word that explains them where it is not the first.
# What stands for a number or a length is selected when the phrase is inserted.
_PHRASES: Final[tuple[tuple[str, str], ...]] = (
    ("trait.", "trait"), ("did", "did"), ("not", "not"), ("in segment", ""),
    ("account.", "account"), ("first did", ""), ("last did", ""), ("never did", ""),
    ("survey", ""), ("completed survey", ""), ("saw survey", ""), ("dismissed survey", ""),
    ("completed any survey", "any survey"), ("saw any survey", "any survey"),
    ("dismissed any survey", "any survey"), ("any of (", "any of"), ("all of (", "all of"),
    ("none of (", "none of"), ("at least 2 of (", "at least"), ("any teammate (", "any teammate"),
    ("every teammate (", "every teammate"), ("in sample 10%", "in sample"), ("everyone", ""),
    ("no one", ""), ("not in segment", "in segment"), ("=", ""), ("!=", ""), (">=", ""),
    (">", ""), ("<=", ""), ("<", ""), ("in (", "in"), ("is known", ""), ("is unknown", ""),
    ("contains", ""), ("starts with", ""), ("ends with", ""), ("matches", ""), ("is empty", ""),
    ("not in (", "in"), ("not contains", "contains"), ("contains any of (", "contains any of"),
    ("contains all of (", "contains all of"), ("is promoter", ""), ("is passive", ""),
    ("is detractor", ""), ("within 30d", "within"), ("within next 7d", "within next"),
    ("between 1 and 10", "between"), ("more than 30d ago", "more than"),
    ("more than 7d from now", "more than"), ("changed within 7d", "changed within"),
    ("unchanged for 14d", "unchanged for"), ("at least 3 times", "at least"), ("where", ""),
    ("where (", "where"), ("and", ""), ("or", ""), ("ignoring case", ""), ("since", ""),
    ("before", ""), ("after", ""), ("on", ""), ("during", ""),
    ("between 60d and 30d ago", "between"), ("between 60d ago and 30d ago", "between"),
    ("at most 3 times", "at most"), ("exactly 3 times", "exactly"),
    ("more than 3 times", "more than"), ("fewer than 3 times", "fewer than"),
    ("between 2 and 5 times", "between"), ("on at least 5 days", "on at least"),
    ("having sum(", "sum"), ("having avg(", "avg"), ("having min(", "min"),
    ("having max(", "max"), ("having count distinct(", "count distinct"),
    ("having first(", "first"), ("having last(", "last"),
    ("having most frequent(", "most frequent"),
    ("in at least 3 of the last 5 weeks", "in at least"), ("then", ""), ("then not", "then"),
    ("on at most 5 days", "on at least"), ("on exactly 5 days", "on at least"),
    ("on more than 5 days", "on at least"), ("on fewer than 5 days", "on at least"),
    ("on between 2 and 5 days", "on at least"), ("30d ago", "ago"), ("today", ""),
    ("yesterday", ""), ("now", ""), ("7d from now", "from now"), ("this week", "this"),
    ("this month", "this"), ("this quarter", "this"), ("this year", "this"),
    ("last week", "during"), ("last month", "during"), ("last quarter", "during"),
    ("last year", "during"), ("true", ""), ("false", ""), ("segment", ""), ("description", ""),
    ("when", ""), ("on enter notify", "on enter"), ("on leave notify", "on leave"),
    ("after 3d notify", "after duration"), ("at most once every 30d", "at most once every"),
)  # fmt: skip
_SILENT: Final = frozenset({"TWICE", "ONCE", "COUNT", "FIELD", "UNIT"})
"""Words that are understood but not proposed by themselves."""
_FILLED: Final = re.compile(r"\d+[a-z]*")
_FILLED_INSIDE: Final = re.compile(r"(?<= )\d+[a-z]*")
_ENDS: Final = frozenset({"LPAR", "DOT", "PERCENT"})
_PLACE: Final = frozenset({"INT", "DURATION", "DATE", "DECIMAL"})


@frozen
class Phrase:
    """Words to insert, the terminals that they are, and what they mean."""

    text: str
    terminals: tuple[str, ...]
    meaning: str
    order: int
    select: Span | None = None
    """What of the text stands for something else, such as a number."""

    @property
    def label(self) -> str:
        """The phrase, with dots for what is to be filled in between its words."""
        return _FILLED_INSIDE.sub("…", self.text) if self.select else self.text


def phrases_at(stand: Stand, fits: Callable[[Phrase], bool]) -> Iterator[Phrase]:
    """The phrases that the grammar takes at a place and that fit, with words that begin none."""
    for terminal in stand.expected:
        found = [
            phrase
            for phrase in _phrases().get(terminal, ())
            if stand.through(phrase.terminals) is not None and fits(phrase)
        ]
        alone = _alone().get(terminal)
        if not found and alone is not None and fits(alone):
            found = [alone]
        yield from found


@cache
def _phrases() -> Mapping[str, tuple[Phrase, ...]]:
    """All phrases and their ends, by the terminal that they begin with."""
    found: dict[str, dict[str, Phrase]] = {}
    for order, (text, key) in enumerate(_PHRASES):
        pieces = _pieces(text)
        for index, (terminal, start, _) in enumerate(pieces):
            names = tuple(name for name, *_ in pieces[index:])
            if index and (terminal in _ENDS or (terminal == "INT" and not _counts(names))):
                continue
            rest = text[start:]
            spans = [
                Span(at - start, end - start) for name, at, end in pieces[index:] if name in _PLACE
            ]
            word = WORDS.get(key or text)
            meaning = OPERATORS.get(text, "" if word is None else word.meaning)
            phrase = Phrase(
                rest, names, meaning, order + 200 * bool(index), next(iter(spans), None)
            )
            found.setdefault(terminal, {}).setdefault(_FILLED.sub("…", rest), phrase)
    return {terminal: tuple(each.values()) for terminal, each in found.items()}


def _counts(names: tuple[str, ...]) -> bool:
    """Whether a number and what follows it are worth a completion of their own."""
    return names[1:2] in (("TIMES",), ("UNIT",), ("OF",), ("PERCENT",))


def _pieces(text: str) -> list[tuple[str, int, int]]:
    """The terminals of a phrase with their places."""
    tokens = scan(text).tokens
    start = "file" if text.startswith(("on enter", "on leave")) else "rule"
    names = terminals_of(tokens, start)
    return [(name, one.start, one.end) for name, one in zip(names, tokens, strict=True)]


@cache
def _alone() -> Mapping[str, Phrase]:
    """Each terminal that is one word or sign, by itself."""
    words = {name: word for word, name in table().keywords.items()} | _SIGNS
    return {
        name: Phrase(text, (name,), WORDS[text].meaning if text in WORDS else "", 500)
        for name, text in words.items()
        if name not in _SILENT
    }


_SIGNS: Final = {
    "LPAR": "(", "RPAR": ")", "COMMA": ",", "DOT": ".", "PERCENT": "%", "TIMES": "times",
}  # fmt: skip

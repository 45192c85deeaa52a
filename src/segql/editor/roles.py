"""What each token of a text stands for in its place, half-written texts included.

One pass over tokens that never fails: a name is known by the words before it. Nothing is checked
here; what a rule may say is the grammar's affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from attrs import define, field

from segql.editor.scopes import Name, Owner, Root, Scope
from segql.language.lexical import length_meant, unescaped
from segql.language.places import KEYWORDS
from segql.language.tokens import TOKEN
from segql.model.fields import FIELDS

_SCOPES: Final[Mapping[Root, Scope]] = {
    Root.TRAIT: Scope.TRAIT,
    Root.ACCOUNT: Scope.TRAIT,
    Root.ANSWER: Scope.QUESTION,
    Root.PROPERTY: Scope.PROPERTY,
    Root.FIELD: Scope.FIELD,
}
_BY_KIND: Final[Mapping[str, Scope]] = {
    "number": Scope.NUMBER,
    "length": Scope.DURATION,
    "date": Scope.DATE,
    "instant": Scope.DATE,
    "near_date": Scope.ERROR,
    "other": Scope.ERROR,
}
_UNIT: Final = re.compile(r"(?:second|minute|hour|day|week|month|quarter|year)s?")
_AGGREGATES: Final[Mapping[str, str]] = {
    "sum": "sum", "avg": "avg", "min": "min", "max": "max", "count": "count",
    "distinct": "count distinct", "first": "first", "last": "last", "frequent": "most frequent",
}  # fmt: skip
_MORE_WORDS: Final = frozenset({"twice", "time", "the", "teammate", "changed", "unchanged", "for"})
_DOT_AHEAD: Final = re.compile(r"\s*\.")
_TAKES_TEXT: Final = {
    "did": Scope.EVENT,
    "then": Scope.EVENT,
    "survey": Scope.SURVEY,
    "notify": Scope.DESTINATION,
    "description": Scope.DESCRIPTION,
    "matches": Scope.PATTERN,
}


@define
class Roles:
    """What the tokens of a text stand for, one after the other; and what may come next.

    >>> roles = Roles()
    >>> [str(roles.take("word", word)) for word in ("did", "plan")]
    ['keyword', 'word']
    """

    takes: Scope = Scope.STRING
    """What a string would be, if it came next."""
    name: Name | None = None
    """The operand before this place, whole or half written."""
    owner: Owner | None = None
    """What `where` and `sum(…)` before this place belong to."""
    is_property: bool = False
    """Whether that operand is one of `where` or of an aggregate."""
    aggregate: str = ""
    """The aggregate whose test stands before this place."""
    before: str = ""
    """The word or sign before this place, in lower case; the kind of any other token."""
    levels: list[str] = field(factory=list)
    """What the open parentheses hold: `rule`, `filter`, `list` or `name`."""
    _names: list[Name | None] = field(factory=list)
    _previous: str = ""
    _begins_property: bool = False
    _is_between: bool = False

    def take(self, kind: str, text: str, *, is_prefix: bool = False) -> Scope:
        """What the next token is; `kind` is that of `scan`, `is_prefix` says that of `account`."""
        if kind == "word":
            return self._word(text, is_prefix)
        if kind in ("text", "single", "curly", "open", "unclosed"):
            return self._text(text)
        if kind == "mark":
            return self._mark(text)
        before, self.before = self.before, text if kind == "operator" else kind
        if kind == "operator":
            if text in ("&&", "||"):
                self._logical("and" if text == "&&" else "or")
            self.takes = Scope.STRING
            return Scope.OPERATOR
        if kind == "glued":
            if before == ".":
                return self._key(text)
            return Scope.ERROR if length_meant(text) is None else Scope.DURATION
        return _BY_KIND[kind]

    @property
    def level(self) -> str:
        """What the innermost open parenthesis holds; `rule` outside of all."""
        return self.levels[-1] if self.levels else "rule"

    @property
    def begins_property(self) -> bool:
        """Whether the name of a property or question comes next."""
        return self._begins_property

    def _word(self, text: str, is_prefix: bool) -> Scope:
        before = self.before
        if before == ".":
            self.before = ""
            return self._key(text)
        word = text if text in _WORDS else text.lower()
        if self._begins_property and not (word == "not" and before != "where"):
            self.before = ""
            return self._start_property(text)
        self.before, self._previous = word, before
        action = _WORDS.get(word)
        if action is not None:
            return action(self, word)
        if text in FIELDS and not (word == "account" and is_prefix):
            self.name = Name(Root.FIELD, (text,))
            return Scope.FIELD
        if word in ("trait", "account"):
            self.name = Name(Root(word))
        elif _UNIT.fullmatch(word) is not None:
            return Scope.DURATION
        elif word not in KEYWORDS and word not in _MORE_WORDS:
            return Scope.WORD
        return Scope.KEYWORD

    def _key(self, written: str) -> Scope:
        name = self.name
        if name is None or name.root is Root.FIELD:
            return Scope.WORD
        self.name = Name(name.root, (*name.path, written), name.survey)
        return _SCOPES[name.root]

    def _start_property(self, written: str) -> Scope:
        self._begins_property, self.is_property = False, True
        if self.owner is not None and self.owner.is_survey:
            self.name = Name(Root.ANSWER, (written,), self.owner.name or "")
            return Scope.QUESTION
        self.name = Name(Root.PROPERTY, (written,))
        return Scope.PROPERTY

    def _text(self, text: str) -> Scope:
        before, self.before = self.before, "text"
        written = unescaped(text[1:-1])
        if before == ".":
            return self._key(written)
        if self._begins_property:
            return self._start_property(written)
        takes = self.takes
        match takes:
            case Scope.EVENT:
                self.owner = Owner(written)
            case Scope.SURVEY:
                self.owner = Owner(written, is_survey=True)
                self.name = Name(Root.ANSWER, (), written)
            case _:
                pass
        if takes is not Scope.DESTINATION:
            self.takes = Scope.STRING
        return takes

    def _mark(self, text: str) -> Scope:
        before, self.before = self.before, text
        match text:
            case "(":
                self._open(before)
            case ")" if self.levels:
                level, outer = self.levels.pop(), self._names.pop()
                self._begins_property = False
                if level != "name":
                    self.name = outer
            case "," if self.level == "rule" and self.takes is not Scope.DESTINATION:
                self._begin_condition()
            case _:
                pass
        return Scope.PUNCTUATION

    def _open(self, before: str) -> None:
        if self._begins_property:
            level = "filter"
        elif before in _AGGREGATES:
            level = "name"
            self._begins_property = True
        elif before == "in" or (before == "of" and self.name is not None):
            level = "list"
        else:
            level = "rule"
        self.levels.append(level)
        self._names.append(self.name)
        if level == "rule":
            self._begin_condition()

    def _begin_condition(self) -> None:
        self.takes = Scope.STRING
        self.name = self.owner = None
        self.aggregate = ""
        self._is_between = self._begins_property = self.is_property = False

    def _logical(self, word: str) -> Scope:
        if word == "and" and self._is_between:
            self._is_between = False
        elif self.level == "filter":
            self.name = None
            self._begins_property = True
        elif self.level == "rule":
            self._begin_condition()
        return Scope.KEYWORD

    def _takes_text(self, word: str) -> Scope:
        self.takes = _TAKES_TEXT[word]
        if word == "survey" and self._previous == "any":
            self.owner, self.takes = Owner(None, is_survey=True), Scope.STRING
        return Scope.KEYWORD

    def _line(self, word: str) -> Scope:
        """A word that begins a segment or its rule; `in segment` does not."""
        if word == "segment" and self._previous == "in":
            self.takes = Scope.SEGMENT
            return Scope.KEYWORD
        self.levels.clear()
        self._names.clear()
        self._begin_condition()
        if word == "segment":
            self.takes = Scope.SEGMENT
        return Scope.KEYWORD

    def _of(self, word: str) -> Scope:
        if self._previous == "%":
            self.takes = Scope.SAMPLE
        return Scope.KEYWORD

    def _where(self, word: str) -> Scope:
        self._begins_property = True
        self.takes = Scope.STRING
        self.name, self.aggregate = None, ""
        return Scope.KEYWORD

    def _aggregate(self, word: str) -> Scope:
        if self._previous in ("having", "count", "most"):
            self.aggregate = _AGGREGATES[word]
        return Scope.KEYWORD

    def _between(self, word: str) -> Scope:
        self._is_between = True
        return Scope.KEYWORD

    def _constant(self, word: str) -> Scope:
        return Scope.CONSTANT

    def _point(self, word: str) -> Scope:
        return Scope.DATE


_WORDS: Final[dict[str, Callable[[Roles, str], Scope]]] = {
    "and": Roles._logical,
    "or": Roles._logical,
    **dict.fromkeys(_TAKES_TEXT, Roles._takes_text),
    "segment": Roles._line,
    "when": Roles._line,
    "of": Roles._of,
    "where": Roles._where,
    **dict.fromkeys(_AGGREGATES, Roles._aggregate),
    "between": Roles._between,
    "true": Roles._constant,
    "false": Roles._constant,
    "now": Roles._point,
    "today": Roles._point,
    "yesterday": Roles._point,
}


def scoped(text: str, roles: Roles | None = None) -> Iterator[tuple[int, int, str, Scope]]:
    """Every piece of a text in its order: start, end, its kind in `scan`, and what it is."""
    take = (Roles() if roles is None else roles).take
    for match in TOKEN.finditer(text):
        kind = str(match.lastgroup)
        start, end = match.span()
        if kind == "blank":
            yield start, end, kind, Scope.BLANK
        elif kind in ("comment", "remark"):
            yield start, end, kind, Scope.COMMENT
        else:
            written = match[0]
            is_prefix = written == "account" and _DOT_AHEAD.match(text, end) is not None
            yield start, end, kind, take(kind, written, is_prefix=is_prefix)

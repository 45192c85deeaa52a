"""What pieces of a text are, and the names that stand in it."""

from __future__ import annotations

from enum import StrEnum

from attrs import frozen

from segql.model.values import Path


class Scope(StrEnum):
    """What a piece of a text is, for colours."""

    KEYWORD = "keyword"
    OPERATOR = "operator"
    STRING = "string"
    PATTERN = "pattern"
    NUMBER = "number"
    DURATION = "duration"
    DATE = "date"
    CONSTANT = "constant"
    TRAIT = "trait"
    EVENT = "event"
    PROPERTY = "property"
    SURVEY = "survey"
    QUESTION = "question"
    SEGMENT = "segment"
    FIELD = "field"
    SAMPLE = "sample"
    DESTINATION = "destination"
    DESCRIPTION = "description"
    ESCAPE = "escape"
    PUNCTUATION = "punctuation"
    COMMENT = "comment"
    BLANK = "blank"
    WORD = "word"
    """A word that means nothing where it stands, or nothing yet."""
    ERROR = "error"


class Root(StrEnum):
    """What the first part of an operand's name is looked up in."""

    TRAIT = "trait"
    ACCOUNT = "account"
    ANSWER = "answer"
    PROPERTY = "property"
    FIELD = "field"


@frozen
class Owner:
    """What clauses belong to: an event, or with `is_survey` a survey; None is any survey."""

    name: str | None
    is_survey: bool = False


@frozen
class Name:
    """The name of an operand, as far as it is written; `survey` is that of an answer."""

    root: Root
    path: Path = ()
    survey: str = ""

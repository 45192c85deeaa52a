"""The looks of pieces of the text, by what they are and by what is to be said of them."""

from __future__ import annotations

from typing import Final

from segql.editor.scopes import Scope
from segql.language.diagnostics import Severity

COLOURS: Final = {
    **dict.fromkeys((Scope.KEYWORD,), "keyword"),
    **dict.fromkeys((Scope.OPERATOR, Scope.PUNCTUATION), "operator"),
    **dict.fromkeys((Scope.TRAIT, Scope.PROPERTY, Scope.QUESTION, Scope.FIELD), "name"),
    **dict.fromkeys(
        (Scope.EVENT, Scope.SURVEY, Scope.SEGMENT, Scope.SAMPLE, Scope.DESTINATION, Scope.STRING,
         Scope.PATTERN, Scope.DESCRIPTION), "text",
    ),
    **dict.fromkeys(
        (Scope.NUMBER, Scope.DURATION, Scope.DATE, Scope.CONSTANT, Scope.ESCAPE), "number"
    ),
    Scope.COMMENT: "comment",
    Scope.ERROR: "error",
}  # fmt: skip
MARKS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "hint"}

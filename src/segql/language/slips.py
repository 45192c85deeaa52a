"""What people type from other languages or by slip: understood, with a warning that carries a fix.

Works on tokens before the parser: every slip becomes an edit that writes what was meant. The parser
reads the edited text, and its spans are brought back to the text as written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from segql.language.diagnostics import Diagnostic, Fix, warning
from segql.language.lexical import length_meant, unescaped
from segql.language.limits import MAX_BYTES
from segql.language.places import KEYWORDS, Expected, expected_in
from segql.language.scan import Token
from segql.language.source import Span
from segql.language.suspects import NULLS, OPERATORS, UNITS, is_suspect
from segql.language.write import quoted
from segql.model.durations import SHORT_BY_LONG


@frozen
class Slip:
    """A place, what was meant there, and what to say of it."""

    span: Span
    replacement: str
    diagnostic: Diagnostic


@frozen
class Words:
    """The tokens of a text, seen from the one at `at`."""

    text: str
    tokens: Sequence[Token]
    expected: Expected
    at: int = 0

    def token(self, step: int = 0) -> Token:
        """The token `step` places on; an empty one outside the text."""
        index = self.at + step
        if 0 <= index < len(self.tokens):
            return self.tokens[index]
        return Token("", "", len(self.text), len(self.text))

    def word(self, step: int = 0) -> str:
        """What that token says, in lower case; nothing if it is a name or a value."""
        index = self.at + step
        if index in self.expected.names or index in self.expected.values:
            return ""
        token = self.token(step)
        return token.text.lower() if token.kind in ("word", "operator", "mark") else ""

    def slip(self, last: int, meant: str, code: str, help: str | None = None) -> Slip:
        """The slip from this token to the one `last` places on."""
        span = self.token().span.to(self.token(last).span)
        return _slip(span, self.text[span.start : span.end], meant, code, help)


_MOST: Final = 1_000
"""Slips of a rule that are mended, more than any that is within the limits can need."""

Rule: TypeAlias = Callable[[Words], Slip | None]


def slips_in(text: str, tokens: Sequence[Token]) -> list[Slip]:
    """The slips among the tokens of `text`, in order; none overlaps another."""
    found: list[Slip] = []
    suspects = [at for at, token in enumerate(tokens) if is_suspect(tokens, at, _RULES_BY_WORD)]
    if not suspects:
        return found
    expected, end = expected_in(tokens), 0
    most = _MOST if len(text) <= MAX_BYTES else None
    for at in suspects:
        if tokens[at].start < end:
            continue
        words = Words(text, tokens, expected, at)
        slip = next(filter(None, (rule(words) for rule in _rules(tokens[at]))), None)
        if slip is not None:
            found.append(slip)
            end = slip.span.end
            if len(found) == most:
                break
    return found


def _rules(token: Token) -> tuple[Rule, ...]:
    """What is looked for at a token; nothing at nearly all of them."""
    if token.kind != "word":
        return _RULES_BY_KIND.get(token.kind, ())
    lowered = token.text.lower()
    rules = _RULES_BY_WORD.get(lowered, ())
    return rules if token.text == lowered else (*rules, _capitals)


_VALUE_WORDS: Final = frozenset({"true", "false", "now", "today", "yesterday"})
_ACTIONS: Final = frozenset({"completed", "saw", "dismissed"})
_TIMES: Final = {"once": "1 time", "twice": "2 times", "thrice": "3 times"}
_COMPARED: Final = frozenset({"least", "most", "exactly", "than"})
_WORD_TESTS: Final = frozenset({
    "in", "between", "contains", "before", "after", "within", "during", "matches", "starts", "ends",
    "changed", "unchanged",
})  # fmt: skip
_SINGULAR: Final = {"contain": "contains", "match": "matches", "start": "starts", "end": "ends"}


def _operator(words: Words) -> Slip | None:
    token = words.token()
    if token.text not in OPERATORS:
        return None
    meant = replacement = OPERATORS[token.text]
    if meant.isalpha():
        before = words.text[token.start - 1 : token.start]
        after = words.text[token.end : token.end + 1]
        replacement = (" " if before and not before.isspace() and before != "(" else "") + meant
        replacement += "" if after.isspace() else " "
    return _slip(token.span, token.text, meant, "other-operator", None, replacement)


def _quotes(words: Words) -> Slip:
    meant = quoted(unescaped(words.token().text[1:-1]))
    return words.slip(0, meant, "other-quotes", "strings take double quotes")


def _remark(words: Words) -> Slip:
    """`-- a comment`, `// a comment`."""
    token = words.token()
    span = Span(token.start, token.start + 2)
    return _slip(span, token.text[:2], "#", "other-comment", "comments begin with `#`")


def _null(words: Words) -> Slip | None:
    """`= null`, `is not null`: what is missing is unknown."""
    last = 2 if words.word() == "is" and words.word(1) == "not" else 1
    is_equal = words.word() in ("=", "==", "===") or (words.word() == "is" and last == 1)
    if not is_equal and words.word() not in ("!=", "<>", "!==") and last == 1:
        return None
    if words.token(last).kind != "word" or words.token(last).text.lower() not in NULLS:
        return None
    meant = "is unknown" if is_equal else "is known"
    return words.slip(last, meant, "null-value", "what is missing is unknown")


def _capitals(words: Words) -> Slip | None:
    """Keywords in another case, where they are keywords."""
    token, at = words.token(), words.at
    lowered = token.text.lower()
    if token.text == lowered or at in words.expected.names or lowered not in KEYWORDS:
        return None
    if at in words.expected.values and lowered not in _VALUE_WORDS:
        return None
    return words.slip(0, lowered, "upper-case-keyword", "keywords are lower case")


def _wordy_test(words: Words) -> Slip | None:
    """`is in (…)`, `does not contain "x"`."""
    first = words.word()
    step = 2 if words.word(1) == "not" else 1
    test = words.word(step)
    meant = _SINGULAR.get(test, test)
    if meant not in _WORD_TESTS or (first, step) == ("does", 1) or first not in ("is", "does"):
        return None
    return words.slip(step, f"not {meant}" if step == 2 else meant, "extra-word")


def _never(words: Words) -> Slip | None:
    if words.word() == "never" and words.word(1) in _ACTIONS:
        return words.slip(0, "not", "never", "`never` goes with `did`")
    return None


def _plain_count(words: Words) -> Slip | None:
    if words.word() == "count" and words.word(1) == "(" and words.word(-1) == "having":
        help = "`having` counts distinct values"
        return words.slip(0, "count distinct", "plain-count", help)
    return None


def _count_word(words: Words) -> Slip | None:
    """`at least once`, `twice`."""
    meant = _TIMES.get(words.word())
    if meant is None or words.word(1) == "every" or not words.at:
        return None
    if words.word(-1) not in _COMPARED:
        meant = f"exactly {meant}"
    return words.slip(0, meant, "count-word", "counts are numbers")


def _last_days(words: Words) -> Slip | None:
    """`in the last 30 days`, `within the next 7d`."""
    if words.word() not in ("in", "within", "during"):
        return None
    step = 2 if words.word(1) == "the" else 1
    which = words.word(step)
    if words.token(step + 1).kind not in ("number", "length"):
        return None
    if which in ("last", "past"):
        return words.slip(step, "within", "wordy-window")
    if which == "next" and (step == 2 or words.word() != "within"):
        return words.slip(step, "within next", "wordy-window")
    return None


def _between_ago(words: Words) -> Slip | None:
    """`between 2 and 5 days ago`: the farther bound comes first, each with its unit."""
    if words.word(-1) != "between" or words.word(1) != "and" or words.word(4) != "ago":
        return None
    unit = words.word(3)
    if words.token(2).kind != "number" or unit not in UNITS:
        return None
    near, far = sorted((words.token().text, words.token(2).text), key=_whole)
    short = SHORT_BY_LONG[unit.removesuffix("s")]
    operand = words.at - (3 if words.word(-2) == "not" else 2)
    ago = " ago" if words.expected.is_operand_end(words.tokens, operand) else ""
    help = "each bound has its unit, the farther one comes first"
    return words.slip(4, f"{far}{short}{ago} and {near}{short} ago", "between-days-ago", help)


def _percent(words: Words) -> Slip | None:
    token = words.token()
    if words.word(1) != "%" or token.end == words.token(1).start:
        return None
    return words.slip(1, f"{token.text}%", "blank-before-percent", "no blank stands before `%`")


def _number_agreement(words: Words) -> Slip | None:
    """`1 times`, `30 day`; `between 0 and 1 times` speaks of the times between."""
    token, unit = words.token(), words.word(1)
    is_one = token.text == "1"
    if words.word(-3) == "between":
        return None
    if unit in ("time", "times") and is_one != (unit == "time"):
        return words.slip(1, "1 time" if is_one else f"{token.text} times", "singular-or-plural")
    if unit in UNITS and "." not in token.text and is_one == unit.endswith("s"):
        meant = unit.removesuffix("s") if is_one else f"{unit}s"
        return words.slip(1, f"{token.text} {meant}", "singular-or-plural")
    return None


def _length(words: Words) -> Slip | None:
    """`30days`, `30 d`, `5 mins`."""
    token = words.token()
    unit = words.word(1) if token.kind == "number" else ""
    if token.kind == "number" and (not unit or unit in UNITS):
        return None
    meant = length_meant(token.text + unit)
    if meant is None:
        return None
    return words.slip(1 if unit else 0, meant, "other-unit", "lengths are written short")


_RULES_BY_KIND: Final[dict[str, tuple[Rule, ...]]] = {
    "operator": (_null, _operator),
    "remark": (_remark,),
    "single": (_quotes,),
    "curly": (_quotes,),
    "number": (_between_ago, _percent, _number_agreement, _length),
    "glued": (_length,),
}
_RULES_BY_WORD: Final[dict[str, tuple[Rule, ...]]] = {
    "is": (_null, _wordy_test),
    "does": (_wordy_test,),
    "in": (_last_days,),
    "within": (_last_days,),
    "during": (_last_days,),
    "never": (_never,),
    "count": (_plain_count,),
    **dict.fromkeys(_TIMES, (_count_word,)),
}


def _whole(number: str) -> float:
    return float(number.replace("_", ""))


def _slip(
    span: Span,
    written: str,
    meant: str,
    code: str,
    help: str | None,
    replacement: str | None = None,
) -> Slip:
    text = meant if replacement is None else replacement
    message = f"`{written}` is written `{meant}`"
    fix = Fix(f"replace `{written}` with `{meant}`", span, text)
    return Slip(span, text, warning(code, span, message, help=help, fix=fix))

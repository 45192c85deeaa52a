"""A rule's text against a vocabulary → what is to be said of it, beside what parsing says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segql.language import syntax
from segql.language.diagnostics import Diagnostic, strictly
from segql.language.mentions import mentions_in
from segql.language.parse import by_place, parse_rule
from segql.language.scan import scan
from segql.model.values import Path
from segql.model.vocabulary import Values, Vocabulary
from segql.rules.check_logic import logic_diagnostics
from segql.rules.check_names import unknown_names
from segql.rules.check_values import value_diagnostics
from segql.rules.contradictions import HoldsLists
from segql.rules.rule import AccountTrait, Answer, Field, Operand, Trait


def checked_rule(
    text: str, vocabulary: Vocabulary | None = None, *, strict: bool = False
) -> tuple[Diagnostic, ...]:
    """All diagnostics of a rule's text, by place; with `strict` warnings are errors.

    Names are looked up also in a text with errors; what a rule means is looked at without them.
    """
    parsed = parse_rule(text)
    found = list(parsed.diagnostics)
    if vocabulary is not None:
        found.extend(unknown_names(mentions_in(scan(text).tokens), vocabulary))
    if parsed.rule is not None:
        found.extend(meaning_diagnostics(parsed.rule, text, vocabulary))
    return by_place(strictly(found) if strict else found)


def meaning_diagnostics(
    rule: syntax.Rule, text: str, vocabulary: Vocabulary | None
) -> Iterator[Diagnostic]:
    """What is to be said of a rule without errors; `text` is what its spans refer to."""
    yield from value_diagnostics(rule, text, vocabulary)
    yield from logic_diagnostics(rule, text, lists_known(vocabulary))


def lists_known(vocabulary: Vocabulary | None) -> HoldsLists:
    """What tells whether there are lists under a name, as far as a vocabulary knows."""

    def holds_lists(operand: Operand) -> bool | None:
        if vocabulary is None:
            return False if isinstance(operand, Field) else None
        return _holds_lists(operand, vocabulary)

    return holds_lists


def _holds_lists(operand: Operand, vocabulary: Vocabulary) -> bool | None:
    match operand:
        case Trait(path):
            return _lists(path, vocabulary.traits())
        case AccountTrait(path):
            return _lists(path, vocabulary.account_traits())
        case Answer(survey, path):
            return _lists(path, vocabulary.questions(survey))
        case Field():
            return False
        case _:
            return None


def _lists(path: Path, known: Mapping[Path, Values]) -> bool | None:
    values = known.get(path)
    return None if values is None or not values.kinds else values.lists > 0

"""Completion: nothing that the grammar refuses, and everything that it takes."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editor.words import is_beginning, vocabulary_of
from language.strategies import POOLS, rules
from segql.editor.complete import Item, complete
from segql.language.format import format_rule
from segql.language.scan import Token, scan

KNOWN = vocabulary_of()
SOME = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


def accepted(text: str, item: Item) -> str:
    return text[: item.span.start] + item.insert + text[item.span.end :]


def check_accepting(text: str, at: int, start: str) -> None:
    items = complete(text, at, KNOWN, file=start == "file", destinations=POOLS.destinations).items
    for item in Random(at).sample(items, min(len(items), 12)):
        end = item.span.start + len(item.insert)
        done = accepted(text, item)
        assert is_beginning(done[:end], start), (text[:at], item)
        assert not scan(done[:end]).diagnostics, (text[:at], item)
        ends = {token.end for token in scan(done).tokens}
        assert len(done[:end].rstrip()) in ends, (text[:at], text[at:], item)


@SOME
@given(st.data(), rules(max_leaves=4).map(format_rule))
def test_accepting_any_completion_leaves_the_beginning_of_a_rule(
    data: st.DataObject, text: str
) -> None:
    at = data.draw(st.integers(0, len(text)))
    check_accepting(text, at, "rule")
    check_accepting(text[:at], at, "rule")


@SOME
@given(rules(max_leaves=4).map(format_rule))
def test_the_next_token_of_a_valid_rule_is_among_the_completions(text: str) -> None:
    check_every_next(text, "rule")


def check_every_next(text: str, start: str) -> None:
    tokens = scan(text).tokens
    for before, token in zip((None, *tokens), tokens, strict=False):
        at = token.start
        if before is not None and before.end == at and before.kind in ("word", "operator"):
            continue
        items = complete(
            text[:at], at, KNOWN, file=start == "file", destinations=POOLS.destinations
        ).items
        if before is not None and before.end == at and before.kind == "number":
            assert any(item.insert.startswith(before.text + token.text) for item in items)
            continue
        firsts = [scan(item.insert).tokens[0] for item in items]
        assert any(is_same(first, token) for first in firsts), (text[:at], token)


def is_same(first: Token, token: Token) -> bool:
    """Whether a completion begins as the text goes on; a literal with any other of its kind."""
    return first.text == token.text or (token.kind in LITERALS and first.kind == token.kind)


LITERALS = frozenset({"text", "number", "length", "date", "instant"})

"""Places: the table followed here and the parser that Lark runs agree."""

from __future__ import annotations

from random import Random

from hypothesis import HealthCheck, given, settings

from language.strategies import rules
from segql.editor.cursor import cursor_at
from segql.language.format import format_rule
from segql.language.grammar import accepted_after
from segql.language.scan import scan
from segql.language.syntax import Rule


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(rules(max_leaves=4))
def test_a_place_takes_what_the_parser_takes(rule: Rule) -> None:
    text = format_rule(rule)
    tokens = scan(text).tokens
    for token in Random(len(text)).sample(tokens, min(len(tokens), 6)):
        head = f"{text[: token.end]} "
        cursor = cursor_at(head, len(head), start="rule")
        assert cursor is not None
        assert cursor.is_right
        assert {*cursor.stand.expected} == accepted_after(scan(head).tokens, "rule") - {"$END"}, (
            head
        )

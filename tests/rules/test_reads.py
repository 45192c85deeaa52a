"""What a rule depends on, and whether time alone can change it."""

from __future__ import annotations

import pytest

from segql.language.parse import rule_of
from segql.rules.desugar import desugar
from segql.rules.reads import Reads, reads_of


def reads(text: str) -> Reads:
    return reads_of(desugar(rule_of(text)))


def test_every_kind_of_thing_is_found() -> None:
    found = reads(
        """
        trait.plan = "pro" and account.company.size > 3 and last_seen within 7d
        and did "buy" where (amount > 1 and item.kind = "x") having sum(net) > 3
        and did "a" where p = 1 then "b" then not "c" where q = 2
        and first did "d" where r is known within 7d
        and completed survey "nps" where why is known and saw any survey
        and survey "csat".score > 3 and not in segment "new" and in sample 10%
        """
    )
    assert found == Reads(
        traits=frozenset({("plan",)}),
        account_traits=frozenset({("company", "size")}),
        fields=frozenset({"last_seen"}),
        events=frozenset({"buy", "a", "b", "c", "d"}),
        properties=frozenset(
            {
                ("buy", ("amount",)),
                ("buy", ("item", "kind")),
                ("buy", ("net",)),
                ("a", ("p",)),
                ("c", ("q",)),
                ("d", ("r",)),
            }
        ),
        surveys=frozenset({"nps", "csat", None}),
        questions=frozenset({("nps", ("why",)), ("csat", ("score",))}),
        segments=frozenset({"new"}),
        changes_with_time=True,
    )


@pytest.mark.parametrize(
    ("rule", "moves"),
    [
        ("trait.a = 1", False),
        ('did "x"', False),
        ('did "x" since 2026-01-01', False),  # until now, and nothing is later
        ('did "x" before 2026-01-01', False),
        ('did "x" before 2026-01-01T00:00:00Z', False),
        ("trait.a > 2026-01-01", False),
        ('did "x" within 30d', True),
        ('did "x" during last month', True),
        ('did "x" before 3mo ago', True),
        ('did "x" where due before today', True),
        ('did "x" then "y" within 7d', False),
        ('did "x" then not "y" within 7d', False),
        ('did "x" then "y" since yesterday', True),
        ("trait.a on today", True),
        ("trait.a contains 7d ago", True),
        ("trait.a not within next 7d", True),
        ('in segment "x"', False),
    ],
)
def test_only_windows_that_move_change_with_time(rule: str, moves: bool) -> None:
    assert reads(rule).changes_with_time is moves

"""What is said to follow does: every pair of many conditions, over many profiles."""

from __future__ import annotations

from itertools import product

import pytest

import segql
from rules.test_contradictions import LISTS, ON_A_TRAIT, ON_BEHAVIOUR, holding
from segql.rules.canonical import canonical
from segql.rules.desugar import desugar
from segql.rules.implied import Judge

TRAIT = [f"trait.t {test}" for test in ON_A_TRAIT]
GROUPS = [
    "trait.t = 5 or trait.t = 3", "trait.t > 5 and trait.t is known",
    "not (trait.t = 5 or trait.t = 3)",
    'trait.t = 5 or did "a"', 'trait.t = 5 and did "a"', 'none of (trait.t = 5, did "a")',
    'at least 2 of (trait.t = 5, trait.t > 3, did "a")',
    'did "a" or did "b"', 'not did "a" or trait.t > 4',
]  # fmt: skip


@pytest.mark.parametrize("are_lists", [False, True])
@pytest.mark.parametrize(
    "texts", [[*TRAIT, *GROUPS], [*ON_BEHAVIOUR, *GROUPS]], ids=["trait", "behaviour"]
)
def test_what_follows_holds_wherever_the_other_does(texts: list[str], are_lists: bool) -> None:
    holds = holding(texts)
    rules = {text: canonical(desugar(segql.parse(text))) for text in texts}
    judge = Judge(lambda _: are_lists, left=1_000_000)
    claimed = 0
    for one, other in product(texts, repeat=2):
        if one != other and judge.follows(rules[other], rules[one]):
            claimed += 1
            for first, second, is_list in zip(holds[one], holds[other], LISTS, strict=True):
                assert second or not first or (is_list and not are_lists), (one, other)
    assert claimed > 60


def test_after_so_many_comparisons_nothing_follows_any_more() -> None:
    judge = Judge(lambda _: False, left=0)
    assert not judge.follows(*(canonical(desugar(segql.parse(f"events > {n}"))) for n in (1, 2)))

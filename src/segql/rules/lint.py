"""Segments → what a reviewer would say of them, beside what is said of every text.

`of_segment` looks at one, `lint_catalogue` at all of them together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segql.language import syntax
from segql.language.comments import Places
from segql.language.diagnostics import Diagnostic
from segql.model.vocabulary import Vocabulary
from segql.rules.check import lists_known
from segql.rules.implied import Judge
from segql.rules.lint_groups import Groups
from segql.rules.lint_reach import reach
from segql.rules.rule import Rule


def of_segment(
    segment: syntax.Segment,
    text: str,
    places: Places,
    rules: Mapping[str, Rule],
    vocabulary: Vocabulary | None,
) -> Iterator[Diagnostic]:
    """The findings in a segment of the file `text`, the `places` of which are given.

    `rules` are those of the segments it may refer to; the vocabulary tells where there are lists.
    """
    judge = Judge(lists_known(vocabulary))
    yield from Groups(text, places, judge).findings(segment.rule)
    yield from reach(segment, text, rules)

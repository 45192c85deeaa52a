"""Validate a rule that somebody types into a web form, and offer the fixes."""

from __future__ import annotations

import segql


def problems(text: str) -> list[dict[str, object]]:
    """What the form shows below its field: where, what, and the text with the fix applied."""
    found: list[dict[str, object]] = []
    for one in segql.check(text):
        fix = one.fix
        mended = fix and text[: fix.span.start] + fix.replacement + text[fix.span.end :]
        at = f"{one.span.start}-{one.span.end}"
        found.append({"at": at, one.severity.value: one.message, "help": one.help, "fix": mended})
    return found


print(problems('trait.plan = "pro" and did "export" within 30d'))
for problem in problems("trait.plan == 'pro' and did \"export\" within 30"):
    print(problem)

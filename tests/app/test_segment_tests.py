"""The tests beside the SaaS example's segments: they hold, miss nothing, and notice changes."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from segql.app.segment_tests import Report, run, suites_in

SAAS = Path(__file__).resolve().parents[2] / "examples" / "saas"


def report_on(folder: Path) -> Report:
    (suite,) = suites_in([folder])
    assert not any(source.diagnostics for source in suite.sources)
    return run([suite])


def test_every_case_holds_and_no_condition_is_uncovered() -> None:
    found = report_on(SAAS)
    assert (found.failed, found.uncovered) == (0, ())
    assert found.covered == found.conditions > 75


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("within 90d", "within 91d"),
        ("within 2w", "within 15d"),
        ("within 14d\n    since", "within 13d\n    since"),
        ("within 30min", "within 29min"),
        ("between 60d and 30d ago", "between 60d and 31d ago"),
        ("before 3mo ago", "before 2mo ago"),
        ("before 90d ago", "before 89d ago"),
        ("at least 3 days within 120d", "at least 2 days within 120d"),
        (">= 50000", "> 50000"),
        ('not in ("slack", "teams") ignoring case', 'not in ("slack", "teams")'),
        ('source = "salesforce" ignoring case and', 'source = "salesforce" and'),
        ("coupon is not empty", "coupon is known"),
        ("in sample 5%", "in sample 6%"),
        ('20% of "new pricing"', "20%"),
        ("events > 10", "events > 11"),
        ("rating <= 2", "rating < 2"),
        ("surveys_seen < 6", "surveys_seen < 7"),
        ("account.seats > 10", "account.seats >= 10"),
        ("when everyone", "when no one"),
    ],
)
def test_a_changed_segment_fails_a_case(tmp_path: Path, old: str, new: str) -> None:
    folder = tmp_path / "saas"
    shutil.copytree(SAAS, folder, ignore=shutil.ignore_patterns("data"))
    text = (folder / "segments.segql").read_text("utf-8")
    assert old in text
    (folder / "segments.segql").write_text(text.replace(old, new), "utf-8")
    assert report_on(folder).failed

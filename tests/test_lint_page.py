"""docs/lint.md explains every code of `segql lint --list`, with an example in which it is found."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from segql.app.lint import codes, linted
from segql.app.sources import source_of

PAGE = (Path(__file__).parents[1] / "docs" / "lint.md").read_text("utf-8")
EXAMPLES: dict[str, str] = dict(
    re.findall(r"^### ([\w-]+)\n.*?^```segql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
ABOUT = {code.name: code.about for code in codes()}


def test_every_code_is_explained_in_the_order_of_the_list() -> None:
    assert list(EXAMPLES) == list(ABOUT)
    assert re.findall(r"^### ([\w-]+)$", PAGE, re.MULTILINE) == list(ABOUT)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_shows_its_code(name: str) -> None:
    file = source_of(EXAMPLES[name], "example.segql")
    assert not file.is_faulty
    (found,) = linted([file], is_whole=True)
    shown = {one.code for one in found.diagnostics}
    assert name in shown if ABOUT[name] != "data" else not shown


def test_the_comments_shown_allow_what_is_found() -> None:
    (example,) = re.findall(r"\*\*Silence.*?^```segql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    (found,) = linted([source_of(example, "example.segql")], is_whole=True)
    assert found.diagnostics == ()

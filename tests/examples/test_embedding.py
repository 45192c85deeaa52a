"""The recipes of docs/embedding.md are the files beside them, and print what is shown."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EMBEDDING = ROOT / "examples" / "embedding"
PAGE = (ROOT / "docs" / "embedding.md").read_text("utf-8")
RECIPES = re.findall(
    r"^\[`(\w+\.\w+)`\]\(\.\./examples/embedding/\1\)\n\n```\w+\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?",
    PAGE,
    re.MULTILINE | re.DOTALL,
)


def test_every_recipe_is_on_the_page() -> None:
    files = {path.name for path in EMBEDDING.iterdir() if path.suffix in (".py", ".sh")}
    assert {name for name, _, _ in RECIPES} == files
    assert PAGE.count("\n## ") == len(RECIPES) >= 5


@pytest.mark.parametrize(("name", "code", "_"), RECIPES)
def test_the_page_shows_the_file(name: str, code: str, _: str) -> None:
    assert (EMBEDDING / name).read_text("utf-8") == code


@pytest.mark.parametrize(
    ("name", "shown"), [(name, shown) for name, _, shown in RECIPES if name.endswith(".py")]
)
def test_a_recipe_prints_what_is_shown(name: str, shown: str) -> None:
    assert shown
    done = subprocess.run(
        [sys.executable, name], cwd=EMBEDDING, capture_output=True, check=True, text=True
    )
    assert done.stdout == shown


def checked(folder: Path) -> int:
    scripts = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["sh", str(EMBEDDING / "check_in_ci.sh"), str(folder)],
        env={**os.environ, "PATH": scripts},
        capture_output=True,
        check=False,
    ).returncode


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("when everyone", "when everyone", 0),
        ("when everyone", "when  everyone", 1),
        ("when everyone", "when everyone or in sample 5%", 1),
        ('in segment "holdout"', 'in segment "hold out"', 1),
        ("rating <= 2", "rating < 2", 1),
    ],
)
def test_the_check_in_ci_ends_as_it_should(tmp_path: Path, old: str, new: str, code: int) -> None:
    folder = tmp_path / "saas"
    shutil.copytree(ROOT / "examples" / "saas", folder, ignore=shutil.ignore_patterns("data"))
    text = (folder / "segments.segql").read_text("utf-8")
    assert old in text
    (folder / "segments.segql").write_text(text.replace(old, new), "utf-8")
    assert checked(folder) == code

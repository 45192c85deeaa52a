"""The pictures of the guide: small, shown, and taken by `make screenshots`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pictures import SCENES

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "pictures"


def test_every_picture_is_shown_and_every_one_shown_is_taken() -> None:
    shown = set(re.findall(r"\]\(pictures/(\w+)\.svg\)", (ROOT / "docs/tui.md").read_text("utf-8")))
    assert shown == set(SCENES) == {path.stem for path in PICTURES.iterdir()}


@pytest.mark.parametrize("name", SCENES)
def test_a_picture_is_small_and_loads_nothing(name: str) -> None:
    text = (PICTURES / f"{name}.svg").read_text("utf-8")
    assert len(text.encode()) < 100_000
    assert not re.search(r"@font-face|@import|<script|href=|url\((?!#)", text)


@pytest.mark.slow
def test_the_pictures_are_taken_of_the_app(tmp_path: Path) -> None:
    generator = str(ROOT / "examples/saas/generate.py")
    data, out = tmp_path / "data", tmp_path / "out"
    subprocess.run([sys.executable, generator, "--users", "300", "--out", str(data)], check=True)
    subprocess.run(
        [
            sys.executable, str(ROOT / "tests/pictures.py"), "--data", str(data),
            "--db", str(tmp_path / "saas.db"), "--out", str(out),
        ],
        check=True, capture_output=True, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
    )  # fmt: skip
    taken = {path.stem: path.read_text("utf-8") for path in out.iterdir()}
    assert set(taken) == set(SCENES)
    assert "at least 3 times" in taken["author"].replace("&#160;", " ")

"""What README.md and the language reference show is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
REFERENCE = (ROOT / "grammar" / "README.md").read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def transcript() -> list[tuple[str, str]]:
    """The commands of the tour with the output shown; `…` stands for anything."""
    (tour,) = blocks(README, "console")
    steps = re.split(r"^\$ ", tour, flags=re.MULTILINE)[1:]
    return [(step.partition("\n")[0], step.partition("\n")[2]) for step in steps]


def test_the_tour_prints_what_it_shows(tmp_path: Path) -> None:
    environment = {**os.environ, "SEGQL_DB": str(tmp_path / "tour.db"), "NO_COLOR": "1"}
    for command, shown in transcript():
        words = shlex.split(command)
        assert words[0] == "segql"
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        wanted = re.escape(shown).replace("…", "(?s:.*)")
        printed = done.stdout.decode()
        assert re.fullmatch(wanted, printed), f"$ {command}\n{printed}"


@pytest.mark.parametrize("code", blocks(README, "python"))
def test_the_snippets_run(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {"segql": __import__("segql")})
    assert capsys.readouterr().out


def test_the_segment_files_shown_are_in_canonical_form() -> None:
    from segql.language.files import parse_file
    from segql.language.format import format_file

    shown = blocks(README, "segql")
    shown += [
        re.sub("^    ", "", text, flags=re.MULTILINE)
        for text in re.findall(r'(?:^    segment ".*\n(?:^      .*\n)+)', REFERENCE, re.MULTILINE)
    ]
    assert len(shown) == 2
    for text in shown:
        parsed = parse_file(text)
        assert not parsed.diagnostics
        assert format_file(text, parsed) == text


def test_the_links_lead_somewhere() -> None:
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"

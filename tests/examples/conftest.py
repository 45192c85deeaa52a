"""How the examples are run: as a user does, through the command."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

Command: TypeAlias = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="session")
def segql() -> Command:
    """Give a function that runs one command on a database and gives the objects it prints."""

    def run(db: Path, *words: str | Path) -> list[dict[str, Any]]:
        done = subprocess.run(
            [sys.executable, "-m", "segql", *map(str, words), "--db", str(db), "--json"],
            check=False,
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    return run

"""Running `segql` as a person does: a process of its own, on a real database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ran import Ran, Segql


@pytest.fixture
def segql(tmp_path: Path) -> Segql:
    def run(*words: object, stdin: bytes | str = b"", code: int | None = 0) -> Ran:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        environment = {**os.environ, "SEGQL_DB": str(tmp_path / "segql.db"), "NO_COLOR": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "segql", *map(str, words)],
            input=given,
            capture_output=True,
            cwd=tmp_path,
            env=environment,
            check=False,
        )
        ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in ran.err, ran.err
        if code is not None:
            assert ran.code == code, f"{ran.code}: {ran.err}{ran.out}"
        return ran

    return run

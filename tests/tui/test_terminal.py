"""A terminal that is closed: the app ends, also where no signal says so."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from segql.store.migrations import open_store


def test_the_app_ends_with_its_terminal(tmp_path: Path) -> None:
    path = tmp_path / "team.db"
    open_store(path, create=True).close()
    ours, its = pty.openpty()
    command = [sys.executable, "-m", "segql", "tui", "--db", str(path)]
    # The terminal does not control the process, so that it gets no signal when that is closed.
    app = subprocess.Popen(
        command,
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color", "XDG_DATA_HOME": str(tmp_path)},
    )
    os.close(its)
    try:
        drawn = b""
        while b"segments" not in drawn:
            drawn += os.read(ours, 65_536)
        os.close(ours)
        app.wait(timeout=60)
    finally:
        app.kill()
        app.wait()

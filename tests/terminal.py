"""A real terminal: tmux without a screen, driven by keys and read as text."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Final

import pytest

WAIT_S: Final = 30.0
_NUMBERS = count()
needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")


class Terminal:
    """One terminal with a command in it; what is typed is waited for on its screen."""

    def __init__(self, socket: str) -> None:
        self._socket = socket

    def tmux(self, *words: str, check: bool = True) -> str:
        done = subprocess.run(
            ["tmux", "-u", "-L", self._socket, "-f", "/dev/null", *words],
            capture_output=True, text=True, timeout=WAIT_S, check=check,
        )  # fmt: skip
        return done.stdout

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p", "-t", "it")

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-t", "it", "-l", text)

    def press(self, key: str) -> None:
        """A key by its name in documents: `F8`, `Ctrl+S`, `Tab`."""
        self.tmux("send-keys", "-t", "it", key.replace("Ctrl+", "C-").replace("Esc", "Escape"))

    def shows(self, *texts: str) -> None:
        """Wait until all of `texts` are on the screen together."""
        until = time.monotonic() + WAIT_S
        screen = self.screen()
        while not all(text in screen for text in texts):
            if time.monotonic() > until:
                missing = [text for text in texts if text not in screen]
                pytest.fail(f"{missing} never came:\n{screen}")
            time.sleep(0.05)
            screen = self.screen()

    @property
    def process(self) -> int:
        """The number of the process in it."""
        return int(self.tmux("display-message", "-p", "-t", "it", "#{pane_pid}"))

    def close(self) -> None:
        """Close it as a window is closed: what is in it is hung up."""
        self.tmux("kill-server", check=False)


@contextmanager
def terminal(*command: str, size: tuple[int, int]) -> Iterator[Terminal]:
    """A terminal in which `command` runs in place of a shell, closed at the end."""
    it = Terminal(f"segql-{os.getpid()}-{next(_NUMBERS)}")
    width, height = map(str, size)
    it.tmux(
        "new-session", "-d", "-s", "it", "-x", width, "-y", height, f"exec {shlex.join(command)}",
    )  # fmt: skip
    try:
        yield it
    finally:
        it.close()


def gone(process: int) -> None:
    """Wait until a process has ended."""
    until = time.monotonic() + WAIT_S
    while True:
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return
        if time.monotonic() > until:
            pytest.fail(f"process {process} goes on")
        time.sleep(0.05)

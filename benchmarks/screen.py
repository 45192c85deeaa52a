"""A terminal that a program believes in: its keys are sent, its screen is read, both with times."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable, Sequence
from typing import Self

import pyte

WAIT_S = 60.0


class NeverShown(Exception):
    """What should be on the screen did not come."""


class Terminal:
    """A program on a pseudo-terminal; a thread keeps up what its screen shows."""

    def __init__(
        self, command: Sequence[str], *, size: tuple[int, int], env: dict[str, str]
    ) -> None:
        """Start `command`; times count from here."""
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._news = threading.Condition()
        self._lines: list[str] = []
        self.began = time.perf_counter()
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            os.execvpe(command[0], list(command), {**os.environ, **env})
        window = struct.pack("HHHH", size[1], size[0], 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, window)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        """The terminal itself; it is closed at the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the program."""
        os.kill(self.process, signal.SIGTERM)
        os.waitpid(self.process, 0)
        self._reader.join(5)
        os.close(self._terminal)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._terminal, 1 << 16)
            except OSError:  # the program has ended
                return
            # All that is there: a picture half drawn is not looked at.
            while select.select([self._terminal], [], [], 0)[0]:
                try:
                    more = os.read(self._terminal, 1 << 16)
                except OSError:
                    break
                data += more
            self._stream.feed(_PRIVATE.sub(b"", data))
            with self._news:
                self._lines = list(self.screen.display)
                self._news.notify_all()

    def send(self, keys: str) -> float:
        """Type; give the time at which that was."""
        os.write(self._terminal, keys.encode())
        return time.perf_counter()

    def wait(self, true: Callable[[Sequence[str]], bool], what: str) -> float:
        """The time at which the lines of the screen first make `true` hold, now at the earliest."""
        with self._news:
            if not self._news.wait_for(lambda: true(self._lines), WAIT_S):
                raise NeverShown(f"{what} never came:\n" + "\n".join(self._lines))
            return time.perf_counter()

    def shows(self, text: str) -> float:
        """The time at which a text is on the screen."""
        return self.wait(lambda lines: any(text in line for line in lines), repr(text))

    def processor_s(self) -> float:
        """Processor time that the program has taken, in seconds."""
        with open(f"/proc/{self.process}/stat", encoding="ascii") as file:  # noqa: PTH123
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """Memory that the program holds for itself, mapped files apart, in MB."""
        with open(f"/proc/{self.process}/status", encoding="ascii") as file:  # noqa: PTH123
            found = re.search(r"RssAnon:\s+(\d+) kB", file.read())
        return int(found[1]) / 1024 if found else 0.0


# Of keyboards, colours and modes that the emulator would print as text.
_PRIVATE = re.compile(rb"\x1b\[[<>=?][0-9;]*[a-zA-Z$]+|\x1b\[\?[0-9;]*\$p|\x1bP.*?\x1b\\")

"""Where databases are that need not survive the machine."""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory

_MEMORY = "/dev/shm"


def quick() -> TemporaryDirectory[str]:
    """A directory in memory where the system has one: nothing waits for a disk there.

    What a killed process wrote survives it there too.
    """
    return TemporaryDirectory(dir=_MEMORY if os.access(_MEMORY, os.W_OK) else None)

"""What all tests share: whether property tests draw the same examples each time."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True)
settings.register_profile("other", derandomize=False, print_blob=True)


def pytest_configure(config: pytest.Config) -> None:
    """The fast run draws the same examples each time, as it decides on what lands.

    New ones are for the run with the long tests, `make test-all`.
    """
    is_fast = config.option.markexpr == "not slow"
    settings.load_profile("same" if is_fast else "other")

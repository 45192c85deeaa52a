"""The median time of a call, over batches long enough for the clock."""

from __future__ import annotations

import gc
import statistics
from collections.abc import Callable
from time import process_time


def median_s(call: Callable[[], object], *, batches: int = 7, batch_s: float = 0.08) -> float:
    """Seconds of the processor per call: the median of batches, after one call to warm up.

    The garbage collector is off meanwhile.
    """
    call()
    begin = process_time()
    call()
    number = max(1, min(50_000, int(batch_s / max(process_time() - begin, 1e-7))))
    taken = []
    gc.collect()
    gc.disable()
    try:
        for _ in range(batches):
            begin = process_time()
            for _ in range(number):
                call()
            taken.append((process_time() - begin) / number)
    finally:
        gc.enable()
    return statistics.median(taken)

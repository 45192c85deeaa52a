"""Turn the CDNOW sample into a CSV file that `segql import events` reads.

    python examples/cdnow/prepare.py

Reads `CDNOW_sample.txt` beside this file and writes `purchases.csv` beside it: one line per
transaction, in the order of the original. The same input always gives the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

HERE = Path(__file__).parent
HEADER = ("customer", "date", "cds", "dollars")


def purchases(lines: Iterable[str]) -> Iterator[tuple[str, str, str, str]]:
    """Give customer, date (YYYYMMDD), number of CDs and dollars of each transaction, all as text.

    The customer is the id in the full data set, with its leading zeros (`00004`); the id in the
    sample is left out. Raises `ValueError` on a line that has not exactly five columns.
    """
    for line in lines:
        customer, _sample_id, date, cds, dollars = line.split()
        yield customer, date, cds, dollars


def main() -> None:
    """Write `purchases.csv`."""
    source = HERE / "CDNOW_sample.txt"
    with (
        source.open(encoding="ascii") as lines,
        (HERE / "purchases.csv").open("w", encoding="ascii", newline="") as target,
    ):
        rows = csv.writer(target, lineterminator="\n")
        rows.writerow(HEADER)
        rows.writerows(purchases(lines))


if __name__ == "__main__":
    main()

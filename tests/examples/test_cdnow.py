"""The CDNOW example, against members worked out in plain Python over the file as published."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from hashlib import md5
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pytest

from segql import open as open_project

EXAMPLE = Path(__file__).parents[2] / "examples" / "cdnow"
NOW = "1998-07-01T00:00:00Z"
TODAY = date(1998, 7, 1)
HALF_A_YEAR = TODAY - timedelta(days=180)


class Purchase(NamedTuple):
    """One line of the data; all that happens on a day happens at its midnight."""

    day: date
    cds: int
    dollars: Decimal


Customer: TypeAlias = Sequence[Purchase]
Command: TypeAlias = Callable[..., list[dict[str, Any]]]


def purchases_by_customer() -> Mapping[str, Customer]:
    """Read the original file: customers by their id in the full data set, purchases by day."""
    found: dict[str, list[Purchase]] = defaultdict(list)
    with (EXAMPLE / "CDNOW_sample.txt").open(encoding="ascii") as lines:
        for line in lines:
            customer, _, day, cds, dollars = line.split()
            year, month, of_month = int(day[:4]), int(day[4:6]), int(day[6:])
            found[customer].append(
                Purchase(date(year, month, of_month), int(cds), Decimal(dollars))
            )
    return {customer: sorted(found[customer]) for customer in found}


def spent(customer: Customer) -> Decimal:
    return sum((purchase.dollars for purchase in customer), Decimal())


def days(customer: Customer) -> list[date]:
    return sorted({purchase.day for purchase in customer})


def count_since(customer: Customer, first: date) -> int:
    return sum(purchase.day >= first for purchase in customer)


def bought_between(customer: Customer, first: date, last: date) -> bool:
    return any(first <= purchase.day <= last for purchase in customer)


def is_repeat_buyer(_: str, customer: Customer) -> bool:
    return len(customer) >= 2


def is_big_spender(_: str, customer: Customer) -> bool:
    return spent(customer) >= 250


def has_full_baskets(_: str, customer: Customer) -> bool:
    return len(customer) >= 3 and spent(customer) >= 50 * len(customer)


def came_back_within_a_week(_: str, customer: Customer) -> bool:
    return any((later - day).days <= 7 for day, later in combinations(days(customer), 2))


def fell_silent_after_autumn(_: str, customer: Customer) -> bool:
    autumn = [day for day in days(customer) if date(1997, 9, 1) <= day <= date(1997, 11, 30)]
    return any(not any(0 < (later - day).days <= 90 for later in days(customer)) for day in autumn)


def is_fading(_: str, customer: Customer) -> bool:
    # `within 180d` leaves out the midnight 180 days ago, and `between 360d and 180d ago` takes it.
    before = any(TODAY - timedelta(days=360) < day <= HALF_A_YEAR for day in days(customer))
    return before and not any(day > HALF_A_YEAR for day in days(customer))


def is_lapsed(name: str, customer: Customer) -> bool:
    return is_repeat_buyer(name, customer) and days(customer)[-1] < HALF_A_YEAR


def is_to_win_back(name: str, customer: Customer) -> bool:
    worthy = is_big_spender(name, customer) or has_full_baskets(name, customer)
    return is_lapsed(name, customer) and worthy


def is_in_test_group(name: str, customer: Customer) -> bool:
    draw = int(md5(f"june mailing:{name}".encode()).hexdigest()[:8], 16)
    return is_repeat_buyer(name, customer) and draw < 2**32 // 10


EXPECTED: Mapping[str, Callable[[str, Customer], bool]] = {
    "repeat buyers": is_repeat_buyer,
    "one-time buyers": lambda _, customer: len(customer) == 1,
    "big spenders": is_big_spender,
    "full baskets": has_full_baskets,
    "bulk buyers": lambda _, customer: max(purchase.cds for purchase in customer) >= 10,
    "regulars": lambda _, customer: len(days(customer)) >= 5,
    "bought twice within a week": came_back_within_a_week,
    "silent after autumn": fell_silent_after_autumn,
    "january cohort": lambda _, customer: days(customer)[0] <= date(1997, 1, 31),
    "christmas shoppers": lambda _, customer: bought_between(
        customer, date(1997, 12, 1), date(1997, 12, 24)
    ),
    "bought last quarter": lambda _, customer: bought_between(
        customer, date(1998, 4, 1), date(1998, 6, 30)
    ),
    "frequent this year": lambda _, customer: count_since(customer, date(1998, 1, 1)) >= 3,
    "fading": is_fading,
    "lapsed": is_lapsed,
    "win back": is_to_win_back,
    "june mailing, test group": is_in_test_group,
}


IMPORT = (
    *("import", "events", EXAMPLE / "purchases.csv", "--event-name", "purchase"),
    *("--profile", "customer", "--time", "date", "--time-format", "%Y%m%d"),
)


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory, segql: Command) -> Path:
    """Give a database with the purchases imported and the segments applied."""
    path = tmp_path_factory.mktemp("cdnow") / "cdnow.db"
    segql(path, *IMPORT)
    segql(path, "apply", EXAMPLE / "segments.segql", "--now", NOW)
    return path


def members_expected(segment: str) -> set[str]:
    holds = EXPECTED[segment]
    return {name for name, bought in purchases_by_customer().items() if holds(name, bought)}


def test_the_original_is_unchanged_and_the_csv_holds_all_of_it() -> None:
    original = (EXAMPLE / "CDNOW_sample.txt").read_bytes()
    assert md5(original).hexdigest() == "bc36b42c242f7c5653b36ad90a2807bd"
    lines = [line.split() for line in original.decode("ascii").splitlines()]
    with (EXAMPLE / "purchases.csv").open(encoding="ascii", newline="") as file:
        header, *rows = csv.reader(file)
    assert header == ["customer", "date", "cds", "dollars"]
    assert rows == [[line[0], *line[2:]] for line in lines]


def test_the_example_expects_what_a_person_counted() -> None:
    customers = purchases_by_customer()
    assert len(customers) == 2357
    assert sum(map(len, customers.values())) == 6919
    assert all(0 < len(members_expected(segment)) < 2357 for segment in EXPECTED)


def test_every_segment_has_as_many_members_as_the_file_says(db: Path, segql: Command) -> None:
    found = {line["name"]: line["members"] for line in segql(db, "segments")}
    assert found == {segment: len(members_expected(segment)) for segment in EXPECTED}


@pytest.mark.parametrize("segment", EXPECTED)
def test_a_segment_holds_the_customers_that_the_file_says(db: Path, segment: str) -> None:
    with open_project(db, create=False) as project:
        found = list(project.members(segment))
    assert len(found) == len(set(found))
    assert set(found) == members_expected(segment)


def test_the_command_lists_the_same_customers(db: Path, segql: Command) -> None:
    found = {line["profile"] for line in segql(db, "members", "win back")}
    assert found == members_expected("win back")


def test_importing_the_file_again_adds_nothing(db: Path, segql: Command) -> None:
    before = segql(db, "segments")
    segql(db, *IMPORT, "--now", NOW)
    assert segql(db, "segments") == before

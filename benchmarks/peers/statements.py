"""The `.sql` files: one statement per segment, and the instants that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Template

from attrs import frozen

from benchmarks.population import DAY, NOW

_HEADING = re.compile(r"^-- (?P<name>.+)\n(?P<sql>(?:select|with)\b(?:(?!--).*\n)+)", re.MULTILINE)


@frozen
class Statement:
    """A segment's name and the one statement that counts its members."""

    segment: str
    sql: str


class _Instants(dict[str, str]):
    """`now`, `ago_30d`, `in_7d`, `day_2026_02_01` as ms since 1970; `days_14` as ms."""

    def __missing__(self, name: str) -> str:
        match name.split("_"):
            case ["now"]:
                return str(NOW)
            case ["ago", days]:
                return str(NOW - int(days.removesuffix("d")) * DAY)
            case ["in", days]:
                return str(NOW + int(days.removesuffix("d")) * DAY)
            case ["days", days]:
                return str(int(days) * DAY)
            case ["day", year, month, day]:
                start = datetime(int(year), int(month), int(day), tzinfo=UTC)
                return str(int(start.timestamp()) * 1000)
            case _:
                raise KeyError(name)


def statements(dialect: str, names: Mapping[str, str]) -> tuple[Statement, ...]:
    """Give the statements of `dialect` in the file's order, with instants and `names` filled in."""
    text = Path(__file__).with_name(f"{dialect}.sql").read_text(encoding="utf-8")
    return tuple(
        Statement(
            found["name"].strip(),
            Template(found["sql"]).substitute(_Instants(names)).strip().removesuffix(";"),
        )
        for found in _HEADING.finditer(text)
    )

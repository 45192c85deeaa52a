"""JSON Lines read object by object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import Any, TextIO, TypeAlias

from segql.app.lines import MAX_LINE, TOO_LONG, Bad, fault_in

Fields: TypeAlias = dict[str, Any]


def jsonl_rows(text: TextIO) -> Iterator[tuple[int, int, Fields] | Bad]:
    """The objects, with the line and the characters of each; blank lines are none."""
    line = 0
    for row in iter(partial(text.readline, MAX_LINE), ""):
        line += 1
        if len(row) >= MAX_LINE and row[-1] != "\n":
            piece = row
            while piece and piece[-1] != "\n":
                piece = text.readline(MAX_LINE)
            yield Bad(line, TOO_LONG, "")
            continue
        if fault := fault_in(row):
            yield Bad(line, fault, row)
            continue
        found = _object_or_reason(row)
        if found is None:
            continue
        yield Bad(line, found, row) if isinstance(found, str) else (line, len(row), found)


def _object_or_reason(row: str) -> Fields | str | None:
    """The object of a line, or why there is none; None for a blank line."""
    try:
        found = _decode(row)
    except json.JSONDecodeError as error:
        if not row.strip():
            return None
        said = error.msg[:1].lower() + error.msg[1:]
        return f"the line is no JSON: {said} at column {error.colno}"
    except ValueError:  # an integer with more digits than Python takes
        found = _decode_long(row)
    except RecursionError:
        return "lists and objects are nested too deep"
    return found if isinstance(found, dict) else "the line is no JSON object"


def _missing(constant: str) -> None:
    """NaN and the infinities, which JSON has not: missing, as any number that is not finite."""


def _whole(digits: str) -> int | float:
    """An integer of any length; past what Python takes it is an infinity, and so missing."""
    return int(digits) if len(digits) < 1_000 else float(digits)


_decode = json.JSONDecoder(parse_constant=_missing).decode
_decode_long = json.JSONDecoder(parse_constant=_missing, parse_int=_whole).decode

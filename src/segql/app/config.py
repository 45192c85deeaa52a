"""`segql.toml`: what a project and whoever works on it have set; every key may be left out.

database = "team.db"        # beside this file, unless the path is absolute

[tui]
theme = "textual-light"

[tui.keys]                  # by the names that F1 shows
"segment.save" = "ctrl+s"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import evolve, field, frozen
from cattrs import Converter
from cattrs.errors import BaseValidationError, ForbiddenExtraKeysError
from cattrs.v import transform_error

from segql.model.errors import Refused

NAME: Final = "segql.toml"


@frozen
class Tui:
    """The terminal UI: a theme of Textual's, and keys by the ids of their bindings."""

    theme: str | None = None
    keys: Mapping[str, str] = field(factory=dict)


@frozen
class Config:
    """What a `segql.toml` says."""

    database: Path | None = None
    """Where the project's database is; None where it is not said."""
    tui: Tui = field(factory=Tui)


_CONVERTER: Final = Converter(forbid_extra_keys=True)
_CONVERTER.register_structure_hook(str, lambda value, _: _text(value))
_CONVERTER.register_structure_hook(Path, lambda value, _: Path(_text(value)))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("must be text in quotes")
    return value


def read(folder: Path) -> Config:
    """What the `segql.toml` in `folder` says; the defaults where there is none.

    Raises `Refused` (`bad-config`) with the place for what cannot be read.
    """
    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Config()
    except UnicodeDecodeError as error:
        raise _bad(path, "is not UTF-8") from error
    try:
        config = _CONVERTER.structure(tomllib.loads(text), Config)
    except tomllib.TOMLDecodeError as error:
        raise _bad(path, f"cannot be read: {error}") from error
    except (BaseValidationError, TypeError) as error:
        said = transform_error(error, path="", format_exception=_why)
        raise _bad(path, "; ".join(map(_with_place, said))) from error
    if config.database is None:
        return config
    return evolve(config, database=folder / config.database)


def _why(error: BaseException, _type: type | None) -> str:
    match error:
        case ForbiddenExtraKeysError():
            keys = ", ".join(f"`{key}`" for key in sorted(error.extra_fields))
            return f"has keys that mean nothing: {keys}"
        case TypeError():
            return str(error)
        case _:
            return "must be a table"


def _with_place(said: str) -> str:
    """`why @ .tui.theme` of cattrs as `tui.theme why`."""
    why, _, place = said.rpartition(" @ ")
    return f"{place.removeprefix('.')} {why}".lstrip()


def _bad(path: Path, why: str) -> Refused:
    return Refused(
        f"`{path}`: {why}", code="bad-config", hint="its keys are database, tui.theme and tui.keys"
    )

"""Commands on the JSON form of rules and segments."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from segql.cli.diagnostics import show
from segql.cli.output import INPUT_AT_FAULT, put_as_it_is
from segql.model.errors import Refused


@click.command("schema")
def schema_command() -> int:
    """Print the JSON Schema (2020-12) of rules and segments as JSON."""
    from segql.language.json import schema

    put_as_it_is(schema())
    return 0


@click.command("convert")
@click.argument("path", type=click.Path(path_type=Path, allow_dash=True))
def convert_command(path: Path) -> int:
    """Turn segments or a rule into JSON, and JSON back into text.

    PATH is a .segql file, a file with the text of a rule, or a JSON file; `-` is standard input.
    What it holds is told from its first character and word. `segql schema` describes the JSON.
    """
    from segql.language.files import decode

    named = "standard input" if str(path) == "-" else str(path)
    content = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    text = decode(content, named)
    if text.lstrip().startswith("{"):
        put_as_it_is(_text_of(_parsed(text, named)))
        return 0
    return _put_json(text, named)


def _parsed(text: str, named: str) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(text)
    except RecursionError as error:
        raise Refused(f"`{named}` is nested too deeply", code="too-deep") from error
    except ValueError as error:
        said = str(error)[:1].lower() + str(error)[1:]
        raise Refused(f"`{named}` is no JSON: {said}", code="bad-json") from error
    return document


def _text_of(document: dict[str, Any]) -> str:
    from segql.language.files import ParsedFile
    from segql.language.format import format_file, format_rule
    from segql.language.json import from_dict
    from segql.language.json_files import file_from_dict

    if "segments" in document:
        return format_file("", ParsedFile(file_from_dict(document)))
    return f"{format_rule(from_dict(document))}\n"


def _put_json(text: str, named: str) -> int:
    from segql.app.sources import source_of
    from segql.cli.diagnostics import refuse_faulty
    from segql.language.comments import scan
    from segql.language.json import to_dict
    from segql.language.json_files import file_to_dict
    from segql.language.parse import rule_of

    tokens, _ = scan(text)
    if not tokens or tokens[0].text.lower() == "segment":
        source = source_of(text, named)
        if show((source,), least="error"):
            return INPUT_AT_FAULT
        document = file_to_dict(source.parsed.segments)
    elif refuse_faulty(text):
        return INPUT_AT_FAULT
    else:
        document = to_dict(rule_of(text))
    put_as_it_is(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
    return 0

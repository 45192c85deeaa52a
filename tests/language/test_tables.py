"""The grammar as lark reads it, and the tables that are made of it, kept and driven."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from lark import Token as LarkToken
from lark import Tree
from lark.exceptions import UnexpectedInput

from language.strategies import rules
from segql.language import grammar, tables
from segql.language.format import format_rule
from segql.language.lalr import Driver, Stopped, Token
from segql.language.scan import scan
from segql.model.fields import FIELDS

TEXT = tables.grammar_text()
LARK = tables.lark_parser(TEXT)


class Trees:
    """Callbacks that give what lark's trees hold, for any rule."""


def _branch(name: str) -> Callable[[object, list[Any]], Any]:
    return lambda _, children: (name, children)


for _rule in LARK.rules:
    setattr(Trees, str(_rule.origin.name), _branch(str(_rule.origin.name)))

DRIVER = Driver(tables.tables(), Trees)


def by_lark(text: str, start: str) -> Any:
    def plain(tree: Any) -> Any:
        if isinstance(tree, LarkToken):
            return (tree.type, str(tree), tree.start_pos)
        assert isinstance(tree, Tree)
        return (str(tree.data), [plain(child) for child in tree.children])

    return plain(LARK.parse(text, start=start))


def by_us(text: str, start: str) -> Any:
    def plain(tree: Any) -> Any:
        if isinstance(tree, Token):
            return (tree.type, tree.text, tree.start_pos)
        return (tree[0], [plain(child) for child in tree[1]])

    terminals = grammar.terminals(scan(text).tokens, start)
    return plain(DRIVER.run(start, terminals, Trees()))


def test_the_grammar_knows_the_fields() -> None:
    terminal = re.search(r"^FIELD\.2: /\((.*)\)", TEXT, re.MULTILINE)
    assert terminal is not None
    assert set(terminal[1].split("|")) == set(FIELDS)


def test_the_grammar_has_no_conflicts() -> None:
    tables.lark_parser(TEXT, strict=True)


def test_every_terminal_of_the_grammar_is_used() -> None:
    used = {symbol.name for rule in LARK.rules for symbol in rule.expansion}
    assert {terminal.name for terminal in LARK.terminals} - used <= set(LARK.ignore_tokens)


@settings(max_examples=100, deadline=None)
@given(rules().map(format_rule))
def test_the_tables_lead_where_lark_goes(text: str) -> None:
    assert by_us(text, "rule") == by_lark(text, "rule")


@pytest.mark.parametrize(
    "text",
    [
        'trait.and.in = 1 and account = "a" and account.account.on > 2',
        'did "x" where (not a = 1 or b.not is known) on 2026-01-31 at least 2 times',
        'survey "s".survey."q" in (1, 2.5, -3,) or account . x = true',
        "trait.on before 30 days ago and not at least 2 of (everyone, no one,)",
        'did "a" then not "b" within 1_0d since 2026-01-31T10:00Z',
    ],
)
def test_words_are_names_where_lark_takes_them_for_names(text: str) -> None:
    assert by_us(text, "rule") == by_lark(text, "rule")


def test_files_are_read_as_lark_reads_them() -> None:
    text = """
    segment "a" # one
      when did "x" on 2026-01-31
      on enter notify "s", "t" at most once every 30d
      on   leave notify "s"
      after 3d notify "u"
    segment "b" when trait.enter = 1 on leave notify "x"
    """
    assert by_us(text, "file") == by_lark(text, "file")


@pytest.mark.parametrize("text", ["trait.x = ", "trait.x = and", "everyone everyone", "", "did"])
def test_a_mistake_is_found_at_the_token_that_lark_refuses(text: str) -> None:
    tokens = scan(text).tokens
    with pytest.raises(UnexpectedInput) as refusal:
        LARK.parse(text, start="rule")
    refused: Any = refusal.value
    with pytest.raises(Stopped) as stopped:
        grammar.parsed(tokens, "rule")
    is_end = refused.token.type == "$END"
    where = len(tokens) if is_end else [one.start for one in tokens].index(refused.pos_in_stream)
    assert stopped.value.index == where
    accepted = refused.interactive_parser.accepts()
    assert grammar.accepted_after(tokens[:where], "rule") == accepted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "segql.lark").write_text(TEXT, encoding="utf-8")
    return tmp_path


def test_kept_tables_are_read_and_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    computed = tables.tables(folder)
    (folder / tables.FILE).write_bytes(tables.written(TEXT))
    monkeypatch.setattr(tables, "content", None)  # nothing is computed now
    assert tables.tables(folder) == computed


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: b"",
        lambda kept: kept[: len(kept) // 2],
        lambda kept: kept.replace(b"[", b"{", 1),
        lambda kept: b"\xff" + kept,
        lambda kept: kept.replace(b"\n", b"\r", 1),
        lambda kept: b"0" * 64 + kept[64:],
        lambda kept: json.dumps({"states": []}).encode(),
    ],
)
def test_damaged_tables_are_computed_again(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    (folder / tables.FILE).write_bytes(damage(tables.written(TEXT)))
    assert tables.tables(folder) == tables.tables()


def test_tables_of_another_grammar_are_computed_again(folder: Path) -> None:
    kept = tables.written(TEXT)
    (folder / tables.FILE).write_bytes(kept)
    (folder / "segql.lark").write_text(TEXT.replace("/everyone", "/everybody"), encoding="utf-8")
    assert "everybody" in tables.tables(folder).keywords
    assert (folder / tables.FILE).read_bytes() == kept, "only a source tree is written to"


def test_tables_depend_on_the_grammar_alone() -> None:
    code = "import sys; from segql.language import tables as t; "
    code += "sys.stdout.buffer.write(t.written(t.grammar_text()))"
    made = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert made[0] == made[1] == tables.written(TEXT)

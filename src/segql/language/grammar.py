"""Loads the grammar and builds the parser from it, once, when something is first parsed."""

from __future__ import annotations

from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, Final

from lark import Lark
from lark.exceptions import UnexpectedInput
from lark.lexer import ContextualLexer

from segql.language.build import Builder
from segql.language.diagnostics import Diagnostic

_LOCK: Final = Lock()
_parser: tuple[Lark, Builder] | None = None


def grammar_text() -> str:
    """The text of `segql.lark`: beside the package when installed, in the source tree otherwise."""
    packaged = files("segql") / "grammar" / "segql.lark"
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    tree = Path(__file__).resolve().parents[3]
    return (tree / "grammar" / "segql.lark").read_text(encoding="utf-8")


class _UncheckedLexer(ContextualLexer):
    """A contextual lexer that takes the terminals as they are: the strict build checks them."""

    def __init__(self, conf: Any, states: Any, always_accept: Any = ()) -> None:
        conf.skip_validation = True  # otherwise a third of the time to build the parser
        super().__init__(conf, states, always_accept)


def build_parser(builder: Builder | None = None, *, strict: bool = False) -> Lark:
    """A parser for `rule` and `file`, some 40 ms of work; with a builder it gives syntax nodes.

    `strict` raises for conflicts of the grammar or the lexer.
    """
    return Lark(
        grammar_text(),
        parser="lalr",
        lexer="contextual",
        start=["rule", "file"],
        maybe_placeholders=False,
        keep_all_tokens=True,
        transformer=builder,
        strict=strict,
        ordered_sets=strict,
        _plugins={} if strict else {"ContextualLexer": _UncheckedLexer},
    )


def parsed(text: str, start: str) -> tuple[Any, tuple[Diagnostic, ...]]:
    """What the builder makes of `text` as a `rule` or a `file`, and the faults it found.

    Raises lark's `UnexpectedInput` at the first place where the grammar does not go on.
    """
    with _LOCK:
        parser, builder = _shared()
        builder.faults.clear()
        result = parser.parse(text, start=start)
        return result, tuple(builder.faults)


def accepted_after(prefix: str, start: str) -> frozenset[str]:
    """The terminals that may follow `prefix`, the beginning of a rule or file.

    If the lexer cuts it up in another way than `scan` and it is none: those at the first mistake.
    """
    with _LOCK:
        parser, _ = _shared()
        interactive = parser.parse_interactive(prefix, start=start)
        with suppress(UnexpectedInput):
            interactive.exhaust_lexer()
        return frozenset(interactive.accepts())  # type: ignore[no-untyped-call]  # lark's


def _shared() -> tuple[Lark, Builder]:
    global _parser
    if _parser is None:
        builder = Builder()
        _parser = build_parser(builder), builder
    return _parser


__all__ = ["UnexpectedInput", "accepted_after", "build_parser", "grammar_text", "parsed"]

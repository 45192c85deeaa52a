"""The grammar as tables for `lalr`: computed by lark, kept as JSON beside the grammar's text.

Computing them takes some 0.3 s with the import of lark, reading them 2 ms. The wheel carries them
(`hatch_build.py` asks for them when it is built); a source tree keeps them in a file that git
ignores. They are taken only when their digest says that this very module made them of this very
grammar, and are computed again in every other case: a file that is stale or damaged costs time and
nothing else. JSON and not a pickle: reading it runs no code, and any version of Python and of
lark may have written it.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from segql.language.lalr import END, Production, Tables

if TYPE_CHECKING:
    from lark import Lark

_PACKAGED: Final = Path(__file__).resolve().parents[1] / "grammar"
_IN_TREE: Final = Path(__file__).resolve().parents[3] / "grammar"
FILE: Final = "segql.tables.json"


def grammar_folder() -> Path:
    """Where `segql.lark` is: inside the package when installed, else in the source tree."""
    return _PACKAGED if (_PACKAGED / "segql.lark").is_file() else _IN_TREE


def grammar_text() -> str:
    """The text of `segql.lark`."""
    return (grammar_folder() / "segql.lark").read_text(encoding="utf-8")


def tables(folder: Path | None = None) -> Tables:
    """The tables of the grammar in `folder`, read or computed.

    What was computed is written for the next time in a source tree, nowhere else.
    """
    folder = folder or grammar_folder()
    grammar = (folder / "segql.lark").read_text(encoding="utf-8")
    kept = _read(folder / FILE, grammar)
    if kept is None:
        kept = content(grammar)
        if folder == _IN_TREE:
            with suppress(OSError):  # not ours to write: it is computed again next time
                _replace(folder / FILE, _written(grammar, kept))
    return Tables(
        states=kept["states"],
        productions=[
            Production(origin, size, callback, single, tuple(helpers))
            for origin, size, callback, single, helpers in kept["productions"]
        ],
        starts=kept["starts"],
        keywords=kept["keywords"],
    )


def written(grammar: str) -> bytes:
    """The file of tables for a grammar, computed; the same for the same text."""
    return _written(grammar, content(grammar))


def _written(grammar: str, kept: Mapping[str, Any]) -> bytes:
    # A line with the digest of the grammar and of the second line; then that.
    body = json.dumps(kept, separators=(",", ":"))
    return f"{_digest(grammar, body)}\n{body}\n".encode("ascii")


def _read(path: Path, grammar: str) -> dict[str, Any] | None:
    try:
        digest, body = path.read_text(encoding="ascii").split("\n")[:2]
    except (OSError, ValueError):
        return None
    if digest != _digest(grammar, body):
        return None
    kept: dict[str, Any] = json.loads(body)
    return kept


def _digest(grammar: str, body: str) -> str:
    code = Path(__file__).read_text(encoding="utf-8")
    return sha256("\0".join((code, grammar, body)).encode()).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    """Write in one step: another process reads the old file or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# Computing them


def lark_parser(grammar: str, *, strict: bool = False) -> Lark:
    """Lark's own parser, which gives trees; `strict` raises for conflicts."""
    from lark import Lark

    return Lark(
        grammar,
        parser="lalr",
        start=["rule", "file"],
        maybe_placeholders=False,
        keep_all_tokens=True,
        strict=strict,
        ordered_sets=True,
    )


def content(grammar: str) -> dict[str, Any]:
    """What is kept of the tables that lark computes for a grammar; the same for the same text."""
    parser = lark_parser(grammar)
    from lark.parsers.lalr_analysis import Shift

    found = parser.parser.parser._parse_table
    order = _reached(found.states, found.start_states.values())
    numbers = {state: number for number, state in enumerate(order)}
    rules = {rule: index for index, rule in enumerate(parser.rules)}
    productions = [_production(rule) for rule in parser.rules]
    states = [
        {
            symbol: numbers[target] if action is Shift else ~rules[target]
            for symbol, (action, target) in sorted(found.states[state].items(), key=itemgetter(0))
        }
        for state in order
    ]
    for state in found.end_states.values():
        states[numbers[state]][END] = numbers[state]
    _skip_singles(states, productions)
    return {
        "states": states,
        "productions": productions,
        "starts": {start: numbers[state] for start, state in found.start_states.items()},
        "keywords": {
            word: terminal.name
            for terminal in sorted(parser.terminals, key=lambda one: (one.priority, one.name))
            for word in _words(terminal)
        },
    }


def _reached(states: Any, first: Iterable[int]) -> list[int]:
    """The states in the order in which they are reached; lark's numbers differ from run to run."""
    from lark.parsers.lalr_analysis import Shift

    order = dict.fromkeys(first)
    waiting = deque(order)
    while waiting:
        for _, (action, target) in sorted(states[waiting.popleft()].items(), key=itemgetter(0)):
            if action is Shift and target not in order:
                order[target] = None
                waiting.append(target)
    return list(order)


def _production(rule: Any) -> Production:
    origin = str(rule.origin.name)
    symbols = rule.expansion
    helpers = tuple(
        position
        for position, symbol in enumerate(symbols)
        if not symbol.is_term and symbol.name.startswith("_")
    )
    single = bool(rule.options.expand1)
    has_callback = not origin.startswith("_") and not (single and len(symbols) == 1 and not helpers)
    return Production(origin, len(symbols), origin if has_callback else "", single, helpers)


def _skip_singles(states: list[dict[str, int]], productions: list[Production]) -> None:
    """Go where a reduction leads that hands on its only child, if there is nothing else to do.

    A state from which every symbol leads to one such reduction is left at once for the state to
    which that leads. It saves a third of the steps, and a mistake is found at the same token.
    """
    only: dict[int, str] = {}
    for state, actions in enumerate(states):
        reductions = set(actions.values())
        if len(reductions) == 1 and (action := reductions.pop()) < 0:
            production = productions[~action]
            if production.single and production.size == 1 and not production.helpers:
                only[state] = production.origin
    for actions in states:
        for symbol, target in actions.items():
            while target >= 0 and target in only and not symbol.isupper():
                target = actions[only[target]]
            actions[symbol] = target


def _words(terminal: Any) -> Iterator[str]:
    """The words that a terminal of the form `/words?\\b/` stands for."""
    pattern = terminal.pattern.value
    if terminal.name == "ACCOUNT":  # only before a dot, which `grammar` looks at
        yield "account"
    if not pattern.endswith(r"\b"):
        return
    for letters in re.findall(r"[a-z_]+", pattern.removesuffix(r"\b")):
        for word in (letters, letters[:-1], f"{letters}s"):
            if re.fullmatch(pattern, word):
                yield word

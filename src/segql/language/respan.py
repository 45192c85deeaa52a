"""Syntax nodes with their spans brought to another text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve, fields, has

from segql.language.source import Span


def respanned(value: Any, move: Callable[[Span], Span]) -> Any:
    """`value`, a node or a tuple of them, with every span moved."""
    if isinstance(value, Span):
        return move(value)
    if isinstance(value, tuple):
        return tuple(respanned(one, move) for one in value)
    if not has(type(value)):
        return value
    changed = {
        field.name: respanned(old, move)
        for field in fields(type(value))
        if isinstance(old := getattr(value, field.name), Span | tuple) or has(type(old))
    }
    return evolve(value, **changed) if changed else value

"""`.segql` files checked together, and against a vocabulary: names, values, logic, references."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

from attrs import evolve, frozen

from segql.app.sources import SourceFile, with_more
from segql.language import diagnostics as say
from segql.language.diagnostics import Diagnostic, strictly
from segql.language.files import parse_file
from segql.language.mentions import Mention, mentions_in, segments_in
from segql.language.references import references
from segql.language.scan import MAX_FILE_BYTES, Token, scan
from segql.language.syntax import Segment
from segql.model.listed import Vocabulary as Listed
from segql.model.vocabulary import SegmentWords, Vocabulary
from segql.rules.check import meaning_diagnostics
from segql.rules.check_names import unknown_names
from segql.rules.desugar import desugar
from segql.rules.order import SegmentCycle, in_order
from segql.rules.rule import EVERYONE, Rule

_MOST_CYCLES: Final = 20


def check_together(
    files: Sequence[SourceFile],
    vocabulary: Vocabulary | None = None,
    *,
    manual: Collection[str] = (),
    strict: bool = False,
) -> tuple[SourceFile, ...]:
    """The files with all that is to be said of them as one project.

    References to segments that neither they, `manual` nor `vocabulary` hold are errors, and so are
    cycles, also those through segments of `vocabulary`. With `strict` warnings are errors.
    """
    read = [_Read(file, scan(file.text, max_bytes=MAX_FILE_BYTES).tokens) for file in files]
    stored = {} if vocabulary is None else vocabulary.segments()
    defined = (name for one in read for name in segments_in(one.tokens))
    known = {name: SegmentWords() for name in (*defined, *manual)}
    segments = ChainMap(known, stored)  # type: ignore[arg-type] # it is only read
    cycles = _cycles(files, stored)
    checked = []
    for one in read:
        found = [
            *unknown_names(one.mentions(vocabulary), vocabulary or Listed(), segments=segments),
            *_meaning(one.file, vocabulary),
            *_cycle_errors(one.file, cycles),
        ]
        file = with_more(one.file, found)
        if strict:
            file = evolve(file, diagnostics=strictly(file.diagnostics))
        checked.append(file)
    return tuple(checked)


@frozen
class _Read:
    """A file with its tokens."""

    file: SourceFile
    tokens: tuple[Token, ...]

    def mentions(self, vocabulary: Vocabulary | None) -> Iterator[Mention]:
        """The names to look up: without a vocabulary, only segments."""
        for mention in mentions_in(self.tokens):
            if vocabulary is not None or mention.role == "segment":
                yield mention


def _meaning(file: SourceFile, vocabulary: Vocabulary | None) -> Iterator[Diagnostic]:
    for segment in file.parsed.segments:
        yield from meaning_diagnostics(segment.rule, file.text, vocabulary)


def _cycles(
    files: Sequence[SourceFile], stored: Mapping[str, SegmentWords]
) -> tuple[tuple[str, ...], ...]:
    """The paths of cycles, each segment on one of them at most."""
    rules: dict[str, Rule] = {}
    written = [segment for file in files for segment in file.parsed.segments]
    if any(True for segment in written for _ in references(segment.rule)):
        rules = {segment.name: desugar(segment.rule) for segment in _stored(stored)}
    rules |= {segment.name: desugar(segment.rule) for segment in written}
    found: list[tuple[str, ...]] = []
    while len(found) < _MOST_CYCLES:
        try:
            in_order(rules)
        except SegmentCycle as error:
            found.append(error.path)
            rules |= dict.fromkeys(error.path, EVERYONE)
        else:
            break
    return tuple(found)


def _stored(stored: Mapping[str, SegmentWords]) -> Iterator[Segment]:
    for said in stored.values():
        yield from parse_file(said.text).segments


def _cycle_errors(file: SourceFile, cycles: Sequence[tuple[str, ...]]) -> Iterator[Diagnostic]:
    """An error at the first reference on each cycle that this file holds."""
    for path in cycles:
        following = dict(pairwise(path))
        on_path = (
            found.span
            for segment in file.parsed.segments
            for found in references(segment.rule)
            if following.get(segment.name) == found.name and found.span is not None
        )
        first = next(on_path, None)
        if first is not None:
            yield say.segment_cycle(path, first)

"""The command that runs tests beside segments."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segql.cli.diagnostics import show
from segql.cli.options import json_option
from segql.cli.output import INPUT_AT_FAULT, put, put_values, say
from segql.model.display import several

if TYPE_CHECKING:
    from segql.app.segment_tests import Outcome, Report, Uncovered

MOST_EXPLAINED = 5
"""Wrong profiles of a case that are explained to people; JSON has them all."""


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--strict",
    is_flag=True,
    help="End with 1 also when a condition was never true, or never false.",
)
@json_option
def test_command(paths: tuple[Path, ...], strict: bool, as_json: bool) -> int:
    """Run *.test.toml files, or folders of them, against the .segql files beside them.

    A file gives people and, case by case, who of them a segment takes in. Prints each wrong
    profile with the reason, and the conditions that no case made true, or false. Without PATHS, the
    current folder. Ends with 1 on failures.
    """
    from segql.app.segment_tests import run, suites_in

    suites = suites_in(paths or (Path(),))
    if show([source for suite in suites for source in suite.sources], least="error"):
        return INPUT_AT_FAULT
    tested = run(suites)
    if as_json:
        put_values((*tested.outcomes, *tested.uncovered))
    else:
        for outcome in tested.outcomes:
            if not outcome.passed:
                _put_failure(outcome)
        for uncovered in tested.uncovered:
            put(_gap(uncovered))
        say(_summary(tested))
    return INPUT_AT_FAULT if tested.failed or (strict and tested.uncovered) else 0


def _put_failure(outcome: Outcome) -> None:
    put(f"✗ {outcome.file}:{outcome.line}: {outcome.case}", style="red")
    if outcome.expected_because:
        put(f"  {outcome.expected_because}")
    wrong = [(who, "should be in") for who in outcome.missing]
    wrong += [(who, "should not be in") for who in outcome.unexpected]
    for who, should in wrong[:MOST_EXPLAINED]:
        put(f"  {who} {should} `{outcome.segment}`:")
        for line in str(outcome.whys[who]).splitlines():
            put(f"    {line}")
    if len(wrong) > MOST_EXPLAINED:
        rest = ", ".join(who for who, _ in wrong[MOST_EXPLAINED:])
        put(f"  and {len(wrong) - MOST_EXPLAINED} more: {rest}")


def _gap(uncovered: Uncovered) -> str:
    place = f"{uncovered.file}:{uncovered.line}:{uncovered.column}"
    match uncovered.never:
        case None:
            return f"{place}: no case for segment `{uncovered.segment}`"
        case "either":
            return f"{place}: nobody was asked: {uncovered.condition}"
        case never:
            return f"{place}: never {never}: {uncovered.condition}"


def _summary(tested: Report) -> str:
    cases = len(tested.outcomes)
    words = [f"{cases} {several(cases, 'case')}, {tested.failed} failed"]
    words.append(f"{tested.covered} of {tested.conditions} conditions were both true and false")
    return "; ".join(words)

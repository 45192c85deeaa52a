"""The `segql` command: its group, which loads a command's module only when it is asked for."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from segql.cli.output import (
    INPUT_AT_FAULT,
    INTERRUPTED,
    SYSTEM_FAILED,
    ReaderGone,
    say,
    say_failure,
)

# Command → module that holds it, and what `--help` says of it, so that listing loads nothing.
COMMANDS = {
    "init": ("segql.cli.project", "Make an empty project."),
    "import": ("segql.cli.imports", "Import profiles, events or responses from CSV or JSONL."),
    "apply": ("segql.cli.segments", "Bring the project's segments in line with .segql files."),
    "plan": ("segql.cli.plans", "Show who would enter and leave if a rule were another."),
    "segments": ("segql.cli.listing", "List the segments, or show one: members, lines, state."),
    "population": ("segql.cli.history", "Show how many members a segment had over time."),
    "changes": ("segql.cli.history", "List who entered and left, and because of what."),
    "members": ("segql.cli.audience", "List the members of a segment."),
    "count": ("segql.cli.audience", "Count the profiles for which a rule holds."),
    "advance": ("segql.cli.advance", "Let time pass: who enters and leaves because of it."),
    "recompute": ("segql.cli.segments", "Evaluate segments again, for everybody."),
    "segment": ("segql.cli.lists", "Keep fixed lists of profiles, which rules may read."),
    "rename": ("segql.cli.segments", "Rename a segment and every reference to it."),
    "archive": ("segql.cli.segments", "Take a segment out of use."),
    "history": ("segql.cli.revisions", "List the revisions of a segment."),
    "diff": ("segql.cli.revisions", "Compare two revisions: their texts and members."),
    "restore": ("segql.cli.revisions", "Give a segment the text of an old revision."),
    "settings": ("segql.cli.settings", "Show the project's settings, and change them."),
    "prune": ("segql.cli.settings", "Take away what need not be kept any longer."),
    "outbox": ("segql.cli.outbox", "List what is to be told to destinations."),
    "profile": ("segql.cli.profiles", "Show a profile: traits, recent events, segments."),
    "journey": ("segql.cli.profiles", "Tell which segments a profile was in, and why."),
    "why": ("segql.cli.profiles", "Explain why a profile is in a segment, or not."),
    "check": ("segql.cli.files", "Check .segql files, or a project's stored segments."),
    "lint": ("segql.cli.lint", "Say what a reviewer would say of .segql files, and fix it."),
    "fmt": ("segql.cli.fmt", "Format .segql files."),
    "convert": ("segql.cli.convert", "Turn segments or a rule into JSON, and back."),
    "schema": ("segql.cli.convert", "Print the JSON Schema of rules and segments."),
    "test": ("segql.cli.tests", "Run the tests beside .segql files."),
    "tui": ("segql.cli.tui", "Write, preview and save segments in the terminal."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands, in the order of a day's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called `cmd_name`, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with the nearest command named when there is none."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(name, COMMANDS, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            ctx.fail(f"there is no command `{name}`{hint}")
        return super().resolve_command(ctx, args)


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from segql import __version__

        click.echo(f"segql {__version__}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Print the version and exit.",
)
def segql() -> None:
    """Group users into segments written as text.

    Data goes to standard output, words to standard error. Exit code 0: fine, 1: the input or the
    rule is at fault, 2: wrong usage, 3: the store or the system failed, 130: interrupted.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit with its code; a failure is one message, never a traceback."""
    sys.exit(run(args))


def run(args: list[str] | None = None) -> int:
    """Run the command line and give its exit code."""
    from segql.model.errors import Refused, SegqlError

    try:
        outcome: Any = segql.main(args, prog_name="segql", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return INTERRUPTED
    except ReaderGone:
        # What is still buffered must go nowhere when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except SegqlError as error:
        say_failure(error)
        return INPUT_AT_FAULT if isinstance(error, Refused) else SYSTEM_FAILED
    except OSError as error:
        where = f" `{error.filename}`" if error.filename else ""
        say(f"error[system]: {error.strerror or error}{where}", style="red")
        return INPUT_AT_FAULT if isinstance(error, FileNotFoundError) else SYSTEM_FAILED
    return outcome if isinstance(outcome, int) else 0

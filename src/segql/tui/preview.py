"""The live preview: whom the text holds for, who would move, how each condition counts, and why."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable

from segql.app.preview import Beside, Preview
from segql.model.display import bar, percent, visible
from segql.model.why import Why, outlook_lines, render
from segql.tui.assessment import Counted
from segql.tui.keys import binding
from segql.tui.looks import MUTED
from segql.tui.words import Words

_BAR = 16
_STEP_BAR = 8
_CELL = 24
_CHANGES = {"enters": ("+", "green"), "leaves": ("-", "red"), "stays": (" ", "")}


class PreviewPane(Vertical):
    """Numbers, members and why. What is stale is dim until the fresh numbers come."""

    DEFAULT_CSS = """
    PreviewPane {
        layout: vertical;
        & Words { width: 100%; height: auto; }
        & #numbers { height: auto; max-height: 40%; padding: 0 1; }
        & #count { text-style: bold; }
        & #funnel { margin-top: 1; }
        & #beside.-empty { display: none; }
        & #condition, & #funnel, & #beside { text-wrap: nowrap; text-overflow: ellipsis; }
        & #members { height: 1fr; min-height: 4; background: $surface; }
        & #people { color: $text-muted; padding: 0 1; }
        & #because { height: auto; max-height: 45%; padding: 0 1; border-top: solid $panel; }
        & #who { height: 1fr; }
        & #numbers.-stale { opacity: 60%; }
        &.-none #who, &.-none #funnel, &.-none #because { display: none; }
        &.-flat {
            layout: grid; grid-size: 2 2; grid-columns: 3fr 2fr; grid-rows: auto 1fr;
            & #numbers { max-height: 8; }
            & #who { row-span: 2; border-left: solid $panel; height: 100%; }
            & #because { height: 100%; max-height: 100%; border-top: none; }
        }
    }
    """

    HELP: ClassVar[str] = """
# Members

Who would be in: `+` would enter and `-` would leave if the text were saved now. Below, why for the
row at the cursor. {table.copy} copies its id; {author.members} comes here from the text.
"""
    BINDINGS: ClassVar[list[BindingType]] = [binding("table.copy", show=False)]

    class Highlighted(Message):
        """Another member is highlighted."""

        def __init__(self, external: str) -> None:
            """Take the profile's id."""
            super().__init__()
            self.external = external

    def __init__(self) -> None:
        """Begin without a preview."""
        super().__init__(id="preview", classes="-none")
        self.preview: Preview | None = None

    def compose(self) -> ComposeResult:
        """From the whole to the single member."""
        table: DataTable[Text] = DataTable(id="members", cursor_type="row", zebra_stripes=True)
        with VerticalScroll(id="numbers", can_focus=False):
            yield Words(id="count")
            yield Words(id="change")
            yield Words(id="beside", classes="-empty")
            yield Words(id="condition")
            yield Words(id="funnel")
        with Vertical(id="who"):
            yield table
            yield Words(id="people")
        with VerticalScroll(id="because"):
            yield Words(id="why")

    def stale(self) -> None:
        """Say that fresh numbers are on their way."""
        self.query_one("#numbers").add_class("-stale")

    def say(self, words: str) -> None:
        """Say why there is no preview."""
        self.query_one("#numbers").remove_class("-stale")
        self.add_class("-none")
        self.preview = None
        self._tell("count", Content.styled(visible(words), MUTED))
        self._tell("change", Content(""))
        self._tell("beside", Content(""))
        self._tell("condition", Content(""))

    def say_condition(self, counted: Counted | None) -> None:
        """The condition at the cursor, counted by itself; nothing where there is none."""
        words = Content("")
        if counted is not None:
            text, count, of = counted.text, counted.count, counted.of
            words = Content.assemble(
                ("here  ", MUTED), f"{count:,} ", (percent(count, of), MUTED),
                "  ", (visible(text), "$text-accent"),
            )  # fmt: skip
        self._tell("condition", words)

    def show(self, preview: Preview) -> None:
        """Show fresh numbers."""
        self.preview = preview
        self.query_one("#numbers").remove_class("-stale")
        self.remove_class("-none")
        share = preview.count / preview.of if preview.of else 0.0
        self._tell(
            "count",
            Content.assemble(
                f"{preview.count:,} of {preview.of:,}  {percent(preview.count, preview.of)} ",
                (bar(share, _BAR), "$text-success"),
            ),
        )
        self._tell("change", _change(preview))
        self._tell("beside", _beside(preview))
        self._tell("funnel", _funnel(preview))
        self.call_after_refresh(self._fill, preview)  # the numbers first

    def _fill(self, preview: Preview) -> None:
        if preview is not self.preview:
            return
        table = self.query_one("#members", DataTable)
        shown = len(preview.people)
        table.clear(columns=True)
        # Widths are given: those that the table finds by itself come late, and may be those before.
        rows = [(one.external, *(_cut(cell) for cell in one.cells)) for one in preview.people]
        titles = ("profile", *preview.columns)
        table.add_column("", key="change", width=1)
        for place, title in enumerate(titles):
            texts = [visible(title), *(visible(row[place]) for row in rows)]
            table.add_column(Text(texts[0]), key=f"{place}", width=max(map(cell_len, texts)))
        for person, row in zip(preview.people, rows, strict=True):
            mark, colour = _CHANGES[person.change]
            first, *others = map(visible, row)
            table.add_row(
                Text(mark, style=colour),
                Text(first, style=colour),
                *map(Text, others),
                key=person.external,
            )
        words = ""
        total = preview.count + (preview.leaving or 0)
        if shown < total:
            words = f"{shown:,} of {total:,} shown"
        self._tell("people", Content(words))
        if not shown:
            self._tell("why", Content(""))

    def show_why(self, external: str, why: Why) -> None:
        """Show why the rule holds for a member, or does not."""
        width = max(self.query_one("#because").size.width - 2, 30)
        lines = [visible(render(why, width=width), breaks=True), *map(visible, outlook_lines(why))]
        self._tell("why", Content("\n".join((f"why {visible(external)}", *lines))))

    def action_copy(self) -> None:
        """Put the id of the member at the cursor on the clipboard."""
        table = self.query_one("#members", DataTable)
        if table.row_count:
            key = table.coordinate_to_cell_key(table.cursor_coordinate).row_key.value or ""
            self.app.copy_to_clipboard(key)
            self.notify(f"copied {visible(key)}", markup=False)

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Ask why, for the member at the cursor."""
        event.stop()
        if event.row_key.value is not None:
            self.post_message(self.Highlighted(event.row_key.value))

    def _tell(self, name: str, words: Content) -> None:
        told = self.query_one(f"#{name}", Words)
        told.say(words)
        if name == "beside":
            told.set_class(not words.plain, "-empty")


def _change(preview: Preview) -> Content:
    change = _moves(preview)
    if preview.name is None or not preview.beside:
        return change
    return Content.assemble((visible(preview.name), "bold"), "  ", change)


def _beside(preview: Preview) -> Content:
    """A line for each other segment of the text."""
    lines = [
        Content.assemble(visible(one.name), f"  {one.count:,}  ", _moves(one))
        for one in preview.beside
    ]
    if preview.beside_left_out:
        words = f"{preview.beside_left_out:,} more are counted once the cursor is in them"
        lines.append(Content.styled(words, MUTED))
    return Content("\n").join(lines)


def _moves(one: Preview | Beside) -> Content:
    if one.entering is None or one.leaving is None:
        return Content.styled("not saved yet", MUTED)
    if not one.entering and not one.leaving:
        return Content.styled("the same members as saved", MUTED)
    return Content.assemble(
        (f"+{one.entering:,} enter", "$text-success"),
        ("  ", ""),
        (f"-{one.leaving:,} leave", "$text-error"),
        ("  against what is saved", MUTED),
    )


def _funnel(preview: Preview) -> Content:
    """How many each part of the rule leaves, beginning with everybody; nothing for a lone one."""
    if len(preview.steps) < 2:
        return Content("")
    lines = []
    width = len(f"{preview.steps[0].left:,}")
    for step in preview.steps:
        share = step.left / preview.of if preview.of else 0.0
        line = Content.assemble(
            (f"{bar(share, _STEP_BAR):<{_STEP_BAR}} ", "$text-success"),
            f"{step.left:>{width},} ",
            (f"({step.alone:,} alone) ", MUTED),
            visible(step.text),
        )
        lines.append(line)
    return Content("\n").join(lines)


def _cut(cell: str) -> str:
    return cell if len(cell) <= _CELL else cell[: _CELL - 1] + "…"

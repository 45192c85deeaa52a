"""Every key of the terminal UI, by the id that `segql.toml` and F1 call it by.

Enter with Ctrl cannot be told from Enter in many terminals, and Ctrl+Space arrives as NUL in some:
neither is the only key for anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING, Final
from unicodedata import name

from attrs import field, frozen
from textual.binding import Binding, Keymap
from textual.keys import KEY_NAME_REPLACEMENTS, key_to_character
from textual.keys import Keys as Named

if TYPE_CHECKING:
    from textual.widgets import Input, TextArea

_KEYS: Final = {
    "app.help": ("f1", "help", "Help"),
    "app.write": ("f2", "app.switch_mode('write')", "Write"),
    "app.segments": ("f3", "app.switch_mode('segments')", "Segments"),
    "app.feed": ("f4", "app.switch_mode('feed')", "Feed"),
    "app.go": ("colon,ctrl+l", "go", "Go to"),
    "app.back": ("escape", "back", "Back"),
    "app.reload": ("f5", "reload", "Reload"),
    "app.about": ("f10", "about", "About"),
    "app.quit": ("ctrl+q", "quit", "Quit"),
    "table.copy": ("ctrl+c", "copy", "Copy"),
    "table.open": ("enter", "open", "Open"),
    "filter.clear": ("escape", "clear", "Clear"),
    "feed.pause": ("space", "pause", "Pause"),
    "segment.edit": ("e", "edit", "Edit"),
    "segment.next": ("n", "turn(1)", "Next page"),
    "segment.previous": ("p", "turn(-1)", "Previous"),
    "segment.export": ("x", "export", "Export"),
    "segment.moment": ("a", "as_of", "As of"),
    "segment.members": ("1", "tab('members')", "Members"),
    "segment.history": ("2", "tab('history')", "History"),
    "segment.revisions": ("3", "tab('revisions')", "Revisions"),
    "profile.segments": ("1", "tab('standings')", "Segments"),
    "profile.journey": ("2", "tab('journey')", "Journey"),
    "revisions.compare": ("d", "compare", "Compare"),
    "revisions.mark": ("space", "mark", "Mark"),
    "revisions.restore": ("r", "restore", "Restore"),
    "segments.sort": ("f6", "sort", "Sort"),
    "editor.complete": ("ctrl+space,ctrl+@,f12", "complete", "Complete"),
    "author.save": ("ctrl+s", "save", "Save"),
    "author.open": ("ctrl+o", "open", "Open"),
    "author.new": ("ctrl+n", "new", "New"),
    "author.file": ("ctrl+t", "save_file", "To a file"),
    "author.names": ("ctrl+b", "names", "Names"),
    "author.fix": ("f8", "fix", "Fix"),
    "author.format": ("f9", "format", "Format"),
    "author.members": ("ctrl+g", "members", "Members"),
    "open.discard": ("ctrl+r", "discard", "Discard"),
    "save.cancel": ("escape", "cancel", "Cancel"),
    "save.save": ("ctrl+s", "save", "Save"),
    "dialog.copy": ("c", "copy", "Copy"),
    "dialog.yes": ("y", "yes", "Yes"),
    "dialog.no": ("n,escape", "no", "No"),
    "dialog.close": ("escape,enter", "close", "Close"),
}
"""By id: the keys, what they do, and the words for it."""

_DIALOGS: Final = frozenset({"open", "save", "dialog"})
"""What is live in dialogs; the keys of the screen behind are not."""
_EVERYWHERE: Final = frozenset({"app", "table", "filter"})
"""What is live on screens beside their own keys."""
_TOGETHER: Final = ({"author", "editor"}, {"open", "save"}, {"segment", "revisions"})
_MODIFIERS: Final = frozenset({"ctrl", "shift", "alt", "meta", "super", "hyper"})
_NAMES: Final = frozenset(one.value for one in Named)
_ORIGINALS: Final = {short: long for long, short in KEY_NAME_REPLACEMENTS.items()}
_SAID: Final = {"escape": "Esc", "pageup": "PgUp", "pagedown": "PgDn", "delete": "Del"}


def binding(id: str, *, show: bool = True, priority: bool = False) -> Binding:
    """The binding called `id`, for a screen's or a widget's `BINDINGS`."""
    keys, action, words = _KEYS[id]
    return Binding(keys, action, words, show=show, priority=priority, id=id)


@frozen
class Keys:
    """The keys that are in force: those of a `segql.toml`, and what is wrong with it."""

    chosen: Keymap = field(factory=dict)
    """By id; others have their own."""
    problems: tuple[str, ...] = ()
    """One sentence each; what they are about keeps its own keys."""

    def words(self, id: str) -> str:
        """The first key of `id` as messages say it, such as `Ctrl+O`."""
        *modifiers, key = _split(_keys_of(id, self.chosen)[0])
        if key in _SAID:
            said = _SAID[key]
        else:
            said = "space" if key == "space" else _character(key) or key
            said = said.upper() if len(said) == 1 and modifiers else said
            said = said if len(said) == 1 else said.replace("_", " ").capitalize()
        return "+".join((*(one.capitalize() for one in modifiers), said))

    def filled(self, words: str) -> str:
        """`words` with keys in place of ids in braces.

        >>> Keys().filled("{author.fix} mends it")
        'F8 mends it'
        """
        return re.sub(r"\{([a-z]+\.[a-z]+)\}", lambda found: self.words(found[1]), words)


def keys_in(chosen: Mapping[str, str]) -> Keys:
    """The keys that a `segql.toml` has chosen, as far as they make sense."""
    problems = list[str]()
    kept = dict[str, str]()
    for id, keys in chosen.items():
        wrong = _wrong_with(id, keys)
        if wrong:
            problems.append(wrong)
        else:
            kept[id] = ",".join(_key_in(one) for one in keys.split(","))
    for id, other, key in _clashes(kept):
        problems.append(f"`{id}` and `{other}` would both be on `{key}`")
    while clashing := [(id, other) for id, other, _ in _clashes(kept)]:
        for id in {one for pair in clashing for one in pair}:
            kept.pop(id, None)
    return Keys(kept, tuple(problems))


def _wrong_with(id: str, keys: str) -> str:
    if id not in _KEYS:
        return f"`{id}` is no binding: {_near(id, _KEYS)}"
    from textual.widgets import Input, TextArea

    group = id.partition(".")[0]
    fields = _taken(TextArea) if group in {"app", "author", "editor"} else {}
    fields |= _taken(Input) if group in {"app", "filter", "open", "save"} else {}
    for key in keys.split(","):
        if _key_in(key) in fields:
            does = fields[_key_in(key)].casefold()
            return f"`{key.strip()}` for `{id}` is taken where text is written: {does}"
        if not _is_key(_key_in(key)):
            near = get_close_matches(key.strip(), _NAMES, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "keys are such as `f8` or `ctrl+o`"
            return f"`{key.strip()}` for `{id}` is no key: {hint}"
    return ""


def _taken(field: type[Input | TextArea]) -> dict[str, str]:
    """The keys that a field for text has for itself, with what they do there."""
    own = [one for one in field.BINDINGS if isinstance(one, Binding)]
    return {key: one.description for one in own for key in one.key.split(",")}


def _near(id: str, known: Collection[str]) -> str:
    near = get_close_matches(id, known, n=1)
    return f"did you mean `{near[0]}`?" if near else "{app.help} lists those of a screen"


def _is_key(key: str) -> bool:
    *modifiers, last = _split(key)
    if not _MODIFIERS.issuperset(modifiers):
        return False
    return last in _NAMES or _character(last) is not None


def _character(key: str) -> str | None:
    return key_to_character(_ORIGINALS.get(key, key))


def _key_in(written: str) -> str:
    """A key as Textual calls it: `:` is `colon`."""
    key = written.strip()
    if len(key) != 1 or key.isalnum():
        return key
    key = name(key, key).lower().replace(" ", "_").replace("-", "_")
    return KEY_NAME_REPLACEMENTS.get(key, key)


def _split(key: str) -> list[str]:
    """Modifiers, then the key itself, which may be a plus."""
    *modifiers, last = key.split("+")
    return [*modifiers[:-1], "plus"] if not last and modifiers else [*modifiers, last]


def _keys_of(id: str, chosen: Mapping[str, str]) -> list[str]:
    return (chosen.get(id) or _KEYS[id][0]).split(",")


def _clashes(chosen: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Two ids that are live together on one key, where somebody chose one of them."""
    for id, other in combinations(_KEYS, 2):
        if (id in chosen or other in chosen) and _are_together(id, other):
            for key in sorted({*_keys_of(id, chosen)} & {*_keys_of(other, chosen)}):
                yield id, other, key


def _are_together(id: str, other: str) -> bool:
    groups = {id.partition(".")[0], other.partition(".")[0]}
    if len(groups) == 1 or groups in _TOGETHER:
        return True
    return bool(groups & _EVERYWHERE) and not groups & _DIALOGS

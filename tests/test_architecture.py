"""The tree holds its shape: directions of imports, lists of modules, sizes, what is loaded."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[1] / "src" / "segql"

MAY_IMPORT: dict[str, set[str]] = {
    "model": set(),
    "language": {"model"},
    "editor": {"model", "language"},
    "rules": {"model", "language"},
    "store": {"model"},
    "engines": {"model", "rules", "store"},
    "membership": {"model", "language", "rules", "store", "engines"},
    "app": {"model", "language", "rules", "store", "engines", "membership"},
    "tui": {"model", "language", "editor", "app", "membership", "store"},
    "cli": {"model", "language", "app", "membership", "store", "tui"},
}
"""Packages by what they may import of ours, themselves apart."""

LONGER_THAN_300: dict[str, str] = {
    "language/syntax.py": "one noun: a node for every form of the language",
    "rules/rule.py": "one noun: a node for every meaning",
}
"""Modules over 300 lines, each with its reason; the list only shrinks."""


def modules() -> Iterator[Path]:
    yield from sorted(SRC.rglob("*.py"))


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names):
                found.update(alias.name for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                found.add(module)
                found.update(f"{module}.{alias.name}" for alias in node.names)
            case ast.ImportFrom(level=level):
                assert level == 0, f"{path} has a relative import"
    return found


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_is_above_it(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    for path in sorted((SRC / package).rglob("*.py")):
        for name in imports_of(path):
            parts = name.split(".")
            if parts[0] == "segql" and len(parts) > 1 and (SRC / parts[1]).is_dir():
                if package == "engines" and parts[1] == "language":
                    assert parts[2:3] in (["syntax"], ["format"], []), f"{path} imports {name}"
                    continue
                assert parts[1] in allowed, f"{path} imports {name}"


def listed_modules(package: Path) -> list[str]:
    docstring = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    return re.findall(r"^- `(\w+)`:", docstring, re.MULTILINE)


@pytest.mark.parametrize(
    "package",
    [path.parent for path in SRC.rglob("__init__.py") if path.parent != SRC],
    ids=lambda path: str(path.relative_to(SRC)),
)
def test_a_package_lists_its_modules_in_the_order_of_their_imports(package: Path) -> None:
    listed = listed_modules(package)
    present = {path.stem for path in package.glob("*.py") if path.stem != "__init__"} | {
        path.name for path in package.iterdir() if (path / "__init__.py").is_file()
    }
    assert set(listed) == present
    prefix = "segql." + ".".join(package.relative_to(SRC).parts) + "."
    for index, module in enumerate(listed):
        path = package / f"{module}.py"
        if path.is_file():
            later = {prefix + name for name in listed[index + 1 :]}
            assert not later & imports_of(path), f"{path} imports a module listed after it"


def test_modules_stay_small() -> None:
    too_long = {
        str(path.relative_to(SRC))
        for path in modules()
        if len(path.read_text(encoding="utf-8").splitlines()) > 300
    }
    assert too_long == set(LONGER_THAN_300)


def test_only_the_driver_imports_sqlite() -> None:
    drivers = {"sqlite3", "pysqlite3", "sqlite_utils.utils.sqlite3"}
    found = {
        str(path.relative_to(SRC))
        for path in modules()
        if any(name in drivers or name.startswith("pysqlite3.") for name in imports_of(path))
    }
    assert found == {"store/driver.py"}


def loaded_by(code: str) -> set[str]:
    answer = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint('\\n'.join(sys.modules))"],
        check=True,
        capture_output=True,
        text=True,
    )
    return set(answer.stdout.split())


HEAVY = {"sqlite3", "pysqlite3", "sqlite_utils", "numpy", "rich", "textual", "sqlglot"}


def test_the_language_and_the_evaluator_load_neither_sqlite_nor_numpy() -> None:
    code = """
import segql
rule = segql.parse('trait.plan = "pro" and did "export" within 30d')
segql.check('trait.plan = ')
assert segql.tokens("everyone") and segql.complete("did ", 4).items
segql.matches(rule, {"traits": {"plan": "pro"}}, now="2026-03-01T12:00:00Z")
"""
    assert not HEAVY & loaded_by(code)


def test_asking_for_the_version_loads_next_to_nothing() -> None:
    code = """
from segql.cli.main import run
assert run(["--version"]) == 0
"""
    assert not (HEAVY | {"lark", "attrs", "attr", "re2"}) & loaded_by(code)


def test_the_commands_load_textual_only_to_draw_with_it() -> None:
    code = """
from importlib import import_module
from segql.cli.main import COMMANDS
for module, _ in COMMANDS.values():
    import_module(module)
"""
    assert not {"textual", "rich", "numpy"} & loaded_by(code)


def test_the_first_screen_waits_for_neither_numpy_nor_sqlite() -> None:
    loaded = loaded_by("import segql.cli.tui, segql.tui.main")
    assert "textual" in loaded
    assert not (HEAVY - {"rich", "textual"} | {"lark"}) & loaded


TURN_TEXT_INTO_CODE = {"eval", "exec", "compile", "__import__"}
READ_OBJECTS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
START_SHELLS = {"system", "popen", "getoutput", "getstatusoutput"}


@pytest.mark.parametrize("module", [*modules()], ids=lambda path: str(path.relative_to(SRC)))
def test_no_text_becomes_code_an_object_or_a_shell_command(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name != "compile" or module.parent != SRC:
                assert name not in TURN_TEXT_INTO_CODE, f"line {node.lineno}"
            case ast.Call(func=ast.Attribute(value=ast.Name(id="builtins" | "os"), attr=name)):
                assert name not in TURN_TEXT_INTO_CODE | START_SHELLS, f"line {node.lineno}"
            case ast.Import(names=names):
                assert not READ_OBJECTS & {one.name.partition(".")[0] for one in names}
            case ast.ImportFrom(module=str(name), names=names):
                assert name.partition(".")[0] not in READ_OBJECTS
                assert not START_SHELLS & {
                    one.name for one in names if name in ("os", "subprocess")
                }
            case ast.keyword(arg="shell" | "allow_pickle", value=ast.Constant(value=value)):
                assert value is False, f"line {node.value.lineno}"
            case ast.keyword(arg="shell" | "allow_pickle"):
                pytest.fail(f"line {node.value.lineno}: not plainly off")
            case _:
                pass

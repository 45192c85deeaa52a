"""`segql fmt`: what it writes, what it only shows, and what it leaves alone."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ran import Segql

ODD = 'segment "odd"  # why\n  when   never did "x"\n'
EVEN = 'segment "odd"  # why\n  when not did "x"\n'


def test_files_are_written_and_named(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "odd.segql").write_text(ODD)
    (tmp_path / "even.segql").write_text(EVEN)
    (tmp_path / "below.segql").mkdir()
    (tmp_path / "below.segql" / "odd.segql").write_text(ODD)
    ran = segql("fmt", ".")
    assert ran.out == ""
    assert ran.err == "formatted below.segql/odd.segql\nformatted odd.segql\n"
    assert (tmp_path / "odd.segql").read_text() == EVEN
    assert segql("fmt", ".").err == ""
    assert not list(tmp_path.glob(".*"))


def test_check_names_what_it_would_change(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "odd.segql").write_text(ODD)
    ran = segql("fmt", "--check", "odd.segql", code=1)
    assert ran.out == "odd.segql\n"
    assert ran.err == "1 of 1 files are not formatted; run `segql fmt`\n"
    assert segql("fmt", "--check", "-", stdin=ODD, code=1).out == "standard input\n"
    assert segql("fmt", "--check", "-", stdin=EVEN).out == ""
    assert (tmp_path / "odd.segql").read_text() == ODD


def test_standard_input_goes_to_standard_output(segql: Segql) -> None:
    assert segql("fmt", "-", stdin=ODD).out == EVEN
    assert segql("fmt", "-", stdin="").out == ""
    assert segql("fmt", "-", "--json", stdin=ODD).one["formatted"] == EVEN


DIFF = """\
--- odd.segql
+++ odd.segql
@@ -1,2 +1,2 @@
 segment "odd"  # why
-  when   never did "x"
+  when not did "x"
"""


def test_a_diff_is_shown_and_nothing_changed(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "odd.segql").write_text(ODD)
    assert segql("fmt", "--diff", "odd.segql").out == DIFF
    ran = segql("fmt", "--check", "--diff", "odd.segql", code=1)
    assert ran.out == DIFF
    assert "1 of 1 files are not formatted" in ran.err
    assert (tmp_path / "odd.segql").read_text() == ODD
    shown = segql("fmt", "--diff", "-", stdin=ODD).out
    assert shown == DIFF.replace("odd.segql", "standard input")
    assert segql("fmt", "--diff", "-", stdin=EVEN).out == ""


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs the program `patch`")
@pytest.mark.parametrize(
    "text",
    [
        ODD,
        ODD.rstrip("\n"),
        "\ufeff" + EVEN,
        ODD.replace("\n", "\r\n"),
        f"{EVEN}\n\n\n{ODD.replace('odd', 'two')}# \x0c\u2028 form feed",
    ],
)
def test_a_diff_can_be_applied(segql: Segql, tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.segql"
    path.write_bytes(text.encode())
    shown = segql("fmt", "--diff", "odd.segql").out
    assert shown
    subprocess.run(
        ["patch", "--binary", "-s", "-p0"], input=shown.encode(), cwd=tmp_path, check=True
    )
    patched = path.read_bytes()
    path.write_bytes(text.encode())
    segql("fmt", "odd.segql")
    assert path.read_bytes() == patched != text.encode()


def test_a_diff_is_coloured_on_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "odd.segql").write_text(ODD)
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    subprocess.run(
        [sys.executable, "-m", "segql", "fmt", "--diff", "odd.segql"],
        cwd=tmp_path,
        env={**environment, "TERM": "xterm"},
        stdout=theirs,
        check=True,
    )
    os.close(theirs)
    with os.fdopen(ours, "rb") as terminal:
        shown = terminal.read1(4096).decode()
    assert '\x1b[32m+  when not did "x"\x1b[0m' in shown
    assert '\x1b[31m-  when   never did "x"\x1b[0m' in shown


def test_what_cannot_be_formatted_is_left_alone_and_the_rest_is_done(
    segql: Segql, tmp_path: Path
) -> None:
    bad = b'segment "bad"\n  when trait.x =\n'
    (tmp_path / "a_bad.segql").write_bytes(bad)
    (tmp_path / "b_latin.segql").write_bytes('segment "größe" when everyone'.encode("latin-1"))
    (tmp_path / "c_odd.segql").write_text(ODD)
    ran = segql("fmt", ".", code=1)
    assert "error[ends-too-early]" in ran.err
    assert "a_bad.segql:2:" in ran.err
    assert "b_latin.segql` is not UTF-8" in ran.err
    assert ran.err.endswith("formatted c_odd.segql\n")
    assert (tmp_path / "a_bad.segql").read_bytes() == bad
    assert (tmp_path / "c_odd.segql").read_text() == EVEN
    listed = segql("fmt", "--check", ".", "--json", code=1).lines
    assert [(one["file"], one["faulty"], one["changed"]) for one in listed] == [
        ("a_bad.segql", True, False),
        ("b_latin.segql", True, False),
        ("c_odd.segql", False, False),
    ]
    assert "there is no file `gone.segql`" in segql("fmt", "gone.segql", code=1).err


def test_permissions_and_links_stay(segql: Segql, tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    real = tmp_path / "real" / "odd.segql"
    real.write_text(ODD)
    real.chmod(0o640)
    link = tmp_path / "link.segql"
    link.symlink_to(real)
    (tmp_path / "broken.segql").symlink_to(tmp_path / "gone.segql")
    segql("fmt", "link.segql")
    assert link.is_symlink()
    assert real.read_text() == EVEN
    assert real.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in real.parent.iterdir()] == ["odd.segql"]
    assert "there is no file" in segql("fmt", "broken.segql", code=1).err


def test_a_byte_order_mark_and_windows_line_breaks_go(segql: Segql, tmp_path: Path) -> None:
    path = tmp_path / "odd.segql"
    for content in (b"\xef\xbb\xbf" + EVEN.encode(), EVEN.replace("\n", "\r\n").encode()):
        path.write_bytes(content)
        segql("fmt", "--check", "odd.segql", code=1)
        segql("fmt", "odd.segql")
        assert path.read_bytes() == EVEN.encode()

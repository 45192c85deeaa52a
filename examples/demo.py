"""`make demo`: import both examples, apply their segments, and show what came out.

Every step is a `segql` command, printed as it would be typed, so the demo can be repeated by hand.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import time
from pathlib import Path

from segql.cli.main import run

HERE = Path(__file__).resolve().parent
if HERE.is_relative_to(Path.cwd()):  # shorter to read, and to repeat
    HERE = HERE.relative_to(Path.cwd())


def main() -> None:
    """Run the demo in the folder `--dir`, from an empty start each time."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dir", type=Path, default=Path("build/demo"))
    options.add_argument("--users", type=int, default=10_000, help="users of the SaaS product")
    chosen = options.parse_args()
    chosen.dir.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    cdnow(chosen.dir / "cdnow.db")
    saas(chosen.dir / "saas.db", chosen.dir / "saas", chosen.users)
    print(f"\nThat took {time.perf_counter() - started:.0f} s. What to try next:")
    for words in next_steps(chosen.dir):
        print(f"  {words}")


def cdnow(database: Path) -> None:
    """Real data: 2,357 customers of CDNOW and what they bought in 1997-98."""
    title("CDNOW: real purchases of 2,357 customers, 1997-98")
    fresh(database)
    folder = HERE / "cdnow"
    db = ["--db", str(database)]
    now = ["--now", "1998-07-01T00:00:00Z"]
    columns = ["--profile", "customer", "--time", "date", "--time-format", "%Y%m%d"]
    purchases = str(folder / "purchases.csv")
    segql("import", "events", purchases, *columns, "--event-name", "purchase", *db)
    segql("apply", str(folder / "segments.segql"), *now, *db)
    segql("segments", *db)


def saas(database: Path, folder: Path, users: int) -> None:
    """A generated SaaS product: users, accounts, events, surveys and answers."""
    title(f"A SaaS product: {users:,} generated users")
    fresh(database)
    db = ["--db", str(database)]
    now = ["--now", "2026-03-01T12:00:00Z"]
    generator = [sys.executable, str(HERE / "saas" / "generate.py")]
    subprocess.run([*generator, "--users", str(users), "--out", str(folder)], check=True)
    segql("init", "--zone", "Europe/Zurich", *db)
    for kind in ("profiles", "events", "responses"):
        source = next(folder.glob(f"{kind}.*"))
        segql("import", kind, str(source), *db)
    segql("apply", str(HERE / "saas" / "segments.segql"), *now, *db)
    segql("segments", *db)
    segql("why", "steady", "0000002", *now, *db)


def next_steps(folder: Path) -> list[str]:
    """Commands to go on with."""
    command, here = Path(sys.executable).parent / "segql", Path.cwd()
    segql = str(command.relative_to(here) if command.is_relative_to(here) else "segql")
    cdnow, saas = (f"--db {folder / name}" for name in ("cdnow.db", "saas.db"))
    rule = 'did "export" at least 3 times within 30d'
    return [
        f"{segql} count '{rule}' --now 2026-03-01T12:00:00Z {saas}",
        f"{segql} profile 0000002 {saas}",
        f"{segql} members 'big spenders' --limit 5 {cdnow}",
        f"{segql} check examples/saas",
        "grammar/README.md: the language, on a few pages",
    ]


def fresh(database: Path) -> None:
    """Remove what an earlier run of the demo left."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def title(words: str) -> None:
    """Print a heading."""
    print(f"\n── {words} " + "─" * max(0, 76 - len(words)), flush=True)


def segql(*arguments: str) -> None:
    """Print a command and run it; the demo ends where one fails."""
    print(f"\n$ segql {shlex.join(arguments)}", flush=True)
    code = run(list(arguments))
    sys.stdout.flush()
    if code:
        sys.exit(code)


if __name__ == "__main__":
    main()

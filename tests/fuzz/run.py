"""Run one fuzz target under atheris: `python -m fuzz.run rule --seconds 180`, see README.md."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main() -> None:
    """Write the seeds, then fuzz until the time is up or an input fails."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("target", choices=("rule", "file", "json", "matches"))
    asked.add_argument("--seconds", type=int, default=180)
    asked.add_argument("--dir", type=Path, default=Path("build/fuzz"))
    asked.add_argument("input", nargs="?", help="a file with an input that failed, to run again")
    options = asked.parse_args()

    import atheris

    with atheris.instrument_imports(include=["segql"]):
        from fuzz.seeds import write_seeds, write_words
        from fuzz.targets import TARGETS

    corpus = options.dir / options.target
    words = options.dir / "words.dict"
    write_seeds(options.target, corpus)
    write_words(words)
    arguments = [
        f"-max_total_time={options.seconds}", "-max_len=4096", "-timeout=10", "-rss_limit_mb=2000",
        f"-artifact_prefix={options.dir}/{options.target}-", f"-dict={words}",
        "-print_final_stats=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *arguments, options.input or str(corpus)], TARGETS[options.target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

# Every target does its own set-up; Python 3.11 or newer, pip and make are all it takes.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt
CORE   := $(VENV)/.core
DEV    := $(VENV)/.dev
DEMO   := build/demo
USERS  ?= 10000

.DEFAULT_GOAL := help
.PHONY: help demo tui test test-all lint types check wheel-check screenshots bench bench-catalogue bench-language bench-tui clean bench-membership

help:
	@echo "make demo         import real and generated data, show segments with their members"
	@echo "make tui          open the terminal UI on the demo's data"
	@echo "make test         the test suite (fast)"
	@echo "make test-all     the test suite with its long tests"
	@echo "make check        lint, types and tests"
	@echo "make wheel-check  install the wheel elsewhere and run it"
	@echo "make screenshots  the pictures of docs/tui.md, taken anew"
	@echo "make bench        both of these, in an environment of their own"
	@echo "make bench-catalogue  a catalogue of 100 segments beside DuckDB, ClickHouse and SQLite"
	@echo "make bench-membership  live calls, a definition and an hour that passes"
	@echo "make bench-tui    somebody types into the terminal UI over 1 M profiles"
	@echo "make bench-language  the language beside rule-engine, CEL and json-logic"

demo: $(CORE)
	@$(BIN)/python examples/demo.py --dir $(DEMO) --users $(USERS)

tui: $(DEMO)/saas.db
	@$(BIN)/segql tui --db $(DEMO)/saas.db --now 2026-03-01T12:00:00Z

$(DEMO)/saas.db: | $(CORE)
	@$(BIN)/python examples/demo.py --dir $(DEMO) --users $(USERS)

test: $(DEV)
	$(BIN)/python -m pytest -n 2 $(ARGS)

test-all: $(DEV)
	$(BIN)/python -m pytest -n 2 -m "slow or not slow" $(ARGS)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(DEV)
	$(BIN)/mypy

check: lint types test
	$(BIN)/segql fmt --check examples
	$(BIN)/segql lint --strict examples/saas
	$(BIN)/segql lint --strict examples/cdnow
	$(BIN)/segql test --strict examples

# From a source distribution, as an installer on another machine would meet it; it must have the
# grammar's tables, so that parsing does not import lark.
wheel-check: $(CORE)
	rm -rf build/wheel && mkdir -p build/wheel
	$(PYTHON) -m venv build/wheel/builder
	build/wheel/builder/bin/python -m pip install -q --disable-pip-version-check build
	build/wheel/builder/bin/python -m build -o build/wheel . > build/wheel/build.log
	$(PYTHON) -m zipfile -l build/wheel/*.whl | grep -q segql/grammar/segql.tables.json
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt build/wheel/*.whl
	cd / && $(CURDIR)/build/wheel/venv/bin/segql --version
	cd / && $(CURDIR)/build/wheel/venv/bin/python -I -c 'import segql; r = segql.parse("trait.plan = \"pro\" and did \"export\" within 30d"); print(segql.format(r)); import sys; assert "lark" not in sys.modules'

screenshots: $(DEV) $(DEMO)/saas.db
	$(BIN)/python tests/pictures.py --data $(DEMO)/saas

BENCH := build/bench/venv
bench: bench-catalogue bench-membership

bench-catalogue: $(BENCH)/.done
	$(BENCH)/bin/python -m benchmarks.run $(ARGS)

bench-membership: $(BENCH)/.done
	$(BENCH)/bin/python -m benchmarks.membership $(ARGS)

BENCH_LANGUAGE := build/bench/language
bench-language: $(BENCH_LANGUAGE)/.done
	$(BENCH_LANGUAGE)/bin/python -m benchmarks.language

$(BENCH_LANGUAGE)/.done: pyproject.toml benchmarks/requirements-language.txt
	$(PYTHON) -m venv $(BENCH_LANGUAGE)
	$(BENCH_LANGUAGE)/bin/python -m pip install -q --disable-pip-version-check -r benchmarks/requirements-language.txt -e .
	@touch $@

BENCH_TUI := build/bench/tui
bench-tui: $(BENCH_TUI)/.done
	$(BENCH_TUI)/bin/python -m benchmarks.tui $(ARGS)

$(BENCH_TUI)/.done: pyproject.toml constraints.txt benchmarks/requirements-tui.txt
	$(PYTHON) -m venv $(BENCH_TUI)
	$(BENCH_TUI)/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -r benchmarks/requirements-tui.txt -e .
	@touch $@

$(BENCH)/.done: pyproject.toml constraints.txt benchmarks/requirements.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -r benchmarks/requirements.txt -e .
	@touch $@

$(CORE): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	@touch $@

$(DEV): $(CORE)
	$(PIP) -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) build dist grammar/segql.tables.json

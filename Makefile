# make demo    install what Defease needs and make the sample plan's reports
# make test    run the whole test suite            make check   lint, types, layers, sizes, licences, docs
# make bench   measure against the peers           make docs    build the documentation
# make env     only prepare .venv for development  make lock    renew the locked versions
SHELL := /bin/bash
.ONESHELL:
.SHELLFLAGS := -eu -o pipefail -c
.PHONY: demo test check bench docs env lock

BIN := .venv/bin
DEMO := build/demo
export PYTHON ?= python3
# On a build server a test that needs the browser fails when there is none, instead of being skipped.
export DEFEASE_REQUIRE_BROWSER ?= $(if $(filter true,$(CI)),1,)

demo:
	@tools/environment.sh .venv runtime
	rm -rf $(DEMO)
	$(BIN)/defease init $(DEMO) --example pension
	$(BIN)/defease report $(DEMO) -o $(DEMO)/report.html
	$(BIN)/defease report $(DEMO) -o $(DEMO)/report.json
	echo
	echo "The reports of the sample plan in $(DEMO):"
	echo "  $$PWD/$(DEMO)/report.html   the board report; open it in a browser"
	echo "  $$PWD/$(DEMO)/report.json   the same numbers for programs"
	echo "Next: change $(DEMO)/plan.toml and run  $(BIN)/defease value $(DEMO)"

env:
	@tools/environment.sh .venv dev

test: env
	@tools/install_browser.sh
	$(BIN)/pytest -n auto --maxprocesses 4 $(PYTEST_ARGS)

check: env
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/check_sizes.py
	$(BIN)/python tools/check_licences.py
	$(MAKE) --no-print-directory docs

docs: env
	@$(BIN)/zensical build --clean --strict

bench:
	@tools/environment.sh .venv-bench bench
	.venv-bench/bin/python -m benchmarks

# One resolution for all: the wider locks may not contradict the narrower ones. No index addresses.
COMPILE := $(BIN)/uv pip compile -q --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-header --no-annotate $(LOCK_ARGS)
lock: env
	@$(COMPILE) -o requirements/runtime.lock pyproject.toml
	$(COMPILE) -c requirements/runtime.lock -o requirements/dev.lock --extra dev pyproject.toml
	$(COMPILE) -c requirements/dev.lock -o requirements/bench.lock --extra bench pyproject.toml
	$(COMPILE) -c requirements/dev.lock -o requirements/install.lock requirements/install.in

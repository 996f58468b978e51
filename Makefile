# Two commands matter: `make run` and `make test`. `make help` lists the rest.
# They need Python 3.11 or newer and nothing else; Node, where there is one, adds live refresh to the console.

PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
ASSETS := src/packtrail/console/static/vendor/.installed

# Where an environment forbids to keep compiled modules, each command would compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run test check lint types layers format docs lock assets clean

help:  ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

setup: $(STAMP)  ## Prepare .venv; the command is then .venv/bin/packtrail

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Packtrail needs Python 3.11 or newer; found: $$($(PYTHON) --version 2>&1)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

assets: $(ASSETS)

# Live refresh is a comfort: where npm is missing or the network refuses, every page still works.
$(ASSETS): package-lock.json tools/assets.py | $(STAMP)
	@if command -v npm >/dev/null 2>&1; then \
	  npm ci --silent --ignore-scripts --no-audit --no-fund && $(BIN)/python tools/assets.py && touch $@ \
	  || echo "The console's live refresh was not installed (npm failed); pages work without it."; \
	else echo "No npm here: the console works without live refresh."; fi

run: $(STAMP) assets  ## Start the demo world on the embedded PostgreSQL with the console
	@$(BIN)/packtrail demo

test: $(STAMP) assets  ## Run the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile

check: lint types layers test  ## Everything that must be green before a commit lands

lint: $(STAMP)  ## Style and formatting
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(STAMP)  ## mypy, strict
	@$(BIN)/mypy

layers: $(STAMP)  ## Imports only go down
	@$(BIN)/lint-imports

format: $(STAMP)  ## Rewrite the sources in the house style
	@$(BIN)/ruff check --fix-only . && $(BIN)/ruff format .

docs: $(STAMP)  ## Regenerate the reference pages that are written from the code
	@$(BIN)/python tools/reference.py

lock: $(STAMP)  ## Pin the dependencies anew, with hashes and without registry addresses
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip install --quiet pip-tools
	@for name in dev runtime; do $(VENV)-lock/bin/pip-compile --quiet --generate-hashes --strip-extras --no-header \
	  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --annotation-style line \
	  $$(test $$name = dev || echo "-c requirements/dev.txt") -o requirements/$$name.txt requirements/$$name.in; done
	@rm -rf $(VENV)-lock

clean:  ## Remove what was built here (never the data)
	@rm -rf $(VENV) node_modules src/packtrail/console/static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis

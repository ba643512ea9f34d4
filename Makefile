# Two commands matter: `make weekly` and `make test`. Each sets up its own virtual environment the first time.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
HOME_FOLDER ?= luisterpost-home
INBOX ?= demo-inbox

# Written out, so that an outer PYTHONPATH or half a virtual environment changes nothing.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-10s %s\n", $$1, $$2}'

.PHONY: weekly
weekly: .venv/.runs ## Simulate a corporation, run its latest week, print the flags
	@test -d "$(INBOX)" || $(BIN)/luisterpost demo "$(INBOX)"
	@$(BIN)/luisterpost weekly --sources demo --inbox "$(INBOX)" --home "$(HOME_FOLDER)"

.PHONY: explore
explore: .venv/.explores ## Open the notebooks on the latest week, or on a made-up one
	@$(BIN)/luisterpost explore --home "$(HOME_FOLDER)"

.PHONY: test
test: .venv/.develops ## Run all tests, one file per core
	@$(BIN)/python -m pytest -q --numprocesses logical --dist loadfile --no-loadscope-reorder

.PHONY: check
check: .venv/.develops ## Style, types, and which room may import which
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/marimo --log-level error check --strict --quiet --ignore-scripts notebooks

.PHONY: setup
setup: .venv/.develops ## Set up the virtual environment, and nothing else

.PHONY: bench
bench: .venv/.develops ## Measure seconds and memory per step, as ratios to a bare group-by (about 15 minutes)
	@$(BIN)/python tests/benchmarks/weekly.py
	@$(BIN)/python tests/benchmarks/estimator.py
	@$(BIN)/python tests/benchmarks/sharing.py
	@$(BIN)/python tests/benchmarks/what_if.py

.PHONY: mutations
mutations: .venv/.develops ## Change delivered files by chance, some thousands of times, and see that nothing is lost
	@$(BIN)/python tests/mutations/long_form.py

.PHONY: audit
audit: .venv/.develops ## Hold every pinned dependency against the known weaknesses, where PyPI's list can be reached
	@$(BIN)/python tests/security/audit.py

.PHONY: faults
faults: .venv/.develops ## Put the weekly run through kills, full disks, hanging sources and damage, and write docs/faults.md (about an hour)
	@$(BIN)/python tests/faults/run.py --date $$(date +%F)

.PHONY: docs
docs: .venv/.develops ## Write the pages and pictures that are made from the code
	@$(BIN)/python -m data_contracts.catalogue
	@$(BIN)/python -m data_contracts.note_evaluation
	@$(BIN)/python -m flows.reference

.PHONY: lock
lock: .venv/.develops ## Compile the pinned requirements anew from pyproject.toml
	@for target in "requirements.lock:" "requirements-notebooks.lock:--group notebooks" "requirements-dev.lock:--group dev"; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	    --no-emit-index-url --no-emit-find-links --no-header --upgrade \
	    $${target#*:} pyproject.toml --output-file $${target%%:*}; done

.PHONY: clean
clean: ## Remove the virtual environment, the demo and its results
	rm -rf .venv "$(INBOX)" "$(HOME_FOLDER)"

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Luisterpost needs Python 3.11, 3.12 or 3.13; this is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv, once (a minute or two)"
	@rm -rf .venv && $(PYTHON) -m venv .venv && touch $@

.venv/.runs: .venv/.made requirements.lock pyproject.toml
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@touch $@

.venv/.explores: .venv/.runs requirements-notebooks.lock
	@$(INSTALL) --require-hashes --requirement requirements-notebooks.lock
	@touch $@

.venv/.develops: .venv/.runs requirements-dev.lock
	@$(INSTALL) --require-hashes --requirement requirements-dev.lock
	@touch $@

# Everything begins with `make setup`, which is quick when nothing is missing.
PYTHON := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests demo test bench lint constraints reference clean-demo

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: system programs, then .venv/
	@scripts/setup.sh

setup-tests:
	@scripts/setup.sh --tests

demo: setup ## a local mailbox, faxes and scans -> tracked requests in ./demo-data
	@$(PYTHON) scripts/demo.py

test: setup-tests ## the whole test suite
	@$(PYTHON) -m pytest --numprocesses auto --dist worksteal

bench: setup ## measure speed and memory on this machine, beside peers
	@$(PYTHON) -m pip install -qq --disable-pip-version-check -c constraints.txt -e '.[bench]'
	@for script in benchmarks/*.py; do $(PYTHON) "$$script" || exit 1; done

lint: setup ## ruff, mypy and the one-way floors
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports

constraints: setup ## write constraints.txt anew from a clean environment
	@scripts/constraints.sh

reference: setup ## write docs/reference/ anew from the code
	@$(PYTHON) scripts/reference.py

clean-demo: ## forget the demo: its mailbox, database and files
	@$(PYTHON) scripts/demo.py --clean

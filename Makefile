# Every target sets up what it needs; on a new machine one command is enough.
PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
DEMO_ARGS ?=
BENCH_ARGS ?=
CHAOS_ARGS ?=
LOCK_ARGS ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK_VENV := $(VENV)-lock
COMPILE = $(LOCK_VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-header $(LOCK_ARGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
PRODUCT = app.py wiring.py bot handlers rules storage simulation sandbox demo
.PHONY: help demo run test check audit fmt bench chaos lock setup clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/.demo ## try everything on this machine (DEMO_ARGS="--locale he" for Hebrew)
	@$(BIN)/python app.py demo $(DEMO_ARGS)

run: $(VENV)/.run ## the bot itself: Slack, web server, clock, deliveries
	@$(BIN)/python app.py run

# Without its caches each worker would rewrite every test again, and each process compile all.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/.dev ## the tests (PYTEST_ARGS="-k name" to choose)
	@$(BIN)/python -m pytest -n 3 --dist worksteal $(PYTEST_ARGS)

check: $(VENV)/.dev ## ruff, formatting, mypy, the import contracts, bandit; all run, each named
	@failed=0; \
	step() { echo "== $$*"; $(BIN)/"$$@" || failed=1; }; \
	step ruff check --quiet .; \
	step ruff format --check --quiet .; \
	step mypy; \
	step lint-imports --no-logo; \
	step bandit --quiet --configfile pyproject.toml --recursive $(PRODUCT); \
	exit $$failed

audit: $(VENV)/.dev ## known holes in the locked releases; exit 3 where advisories can't be reached
	@$(BIN)/python .ci/audit.py

fmt: $(VENV)/.dev ## mend what can be mended: formatting, import order
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev ## the benchmarks (BENCH_ARGS="-k name" to choose)
	@$(BIN)/python -m pytest -s -m benchmark benchmarks $(BENCH_ARGS)

setup: $(VENV)/.dev ## only install, for an editor

chaos: $(VENV)/.dev ## kills, crashes, leaps of the clock, outages: 45 minutes (CHAOS_ARGS=--short)
	@$(BIN)/python -m tests.chaos $(CHAOS_ARGS)

lock: $(LOCK_VENV)/.made ## renew the lock files (LOCK_ARGS=--upgrade for newer releases)
	@$(COMPILE) pyproject.toml -o requirements.lock
	@$(COMPILE) --extra sandbox -c requirements.lock pyproject.toml -o requirements-demo.lock
	@$(COMPILE) --extra sandbox --extra dev -c requirements-demo.lock pyproject.toml \
		-o requirements-dev.lock

clean: ## remove the environments and caches (never data/)
	@rm -rf $(VENV) $(LOCK_VENV) .screenshots .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

define new_environment
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not." \
			"Name one that is: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "Setting up $(@D) ..."
	@$(PYTHON) -m venv $(@D)
endef

$(VENV)/.made:
	$(new_environment)
	@touch $@

$(LOCK_VENV)/.made:
	$(new_environment)
	@$(@D)/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9,<1'
	@touch $@

$(VENV)/.run: requirements.lock | $(VENV)/.made
	@$(PIP) -r requirements.lock
	@touch $@

# Each lock holds the one before, so it serves what needs less as well.
$(VENV)/.demo: requirements-demo.lock requirements.lock | $(VENV)/.made
	@$(PIP) -r requirements-demo.lock
	@touch $(VENV)/.run $@

$(VENV)/.dev: requirements-dev.lock requirements-demo.lock requirements.lock | $(VENV)/.made
	@$(PIP) -r requirements-dev.lock
	@touch $(VENV)/.run $(VENV)/.demo $@

# Every chore of the project by name; `make help` lists them.
# Two commands do all the set-up: `make run` and `make test`.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PORT := 8080
HOST := 127.0.0.1
DATA := data
LINES := 2
CUTS := 3

.DEFAULT_GOAL := help
.PHONY: help run venv venv-test venv-hardware browser sipp test check bench docs lock vendor image image-lock test-image clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: venv ## Start the demo office (PORT=8080 DATA=data HOST=127.0.0.1 LINES=2); Ctrl-C ends it
	@exec $(BIN)/aminbox run --demo --port "$(PORT)" --data "$(DATA)" --host "$(HOST)" --lines "$(LINES)"

venv: $(VENV)/.made ## Prepare .venv/bin/aminbox only
$(VENV)/.made: requirements.lock requirements-sip.lock pyproject.toml appliance/setup/venv.sh
	@sh appliance/setup/venv.sh $(VENV) requirements.lock $@

venv-test: $(VENV)/.made-test ## Prepare .venv with what the tests need, too
$(VENV)/.made-test: requirements-test.lock requirements.lock requirements-sip.lock pyproject.toml appliance/setup/venv.sh
	@sh appliance/setup/venv.sh $(VENV) requirements-test.lock $@
	@touch $(VENV)/.made

venv-hardware: venv-test ## Add the packages of sound cards and pins when they can be compiled; else say how
	@sh appliance/setup/hardware.sh $(VENV)

sipp: ## Install the SIP tester of the SIP lines' tests when there is the right to; else say how
	@sh appliance/setup/sipp.sh

browser: ## Install the browser of the browser tests when there is the right to; else say how
	@sh appliance/setup/browser.sh

test: venv-test venv-hardware browser sipp ## Run all tests (they say what was skipped and how to get it); TESTS=path for some
ifdef TESTS
	@$(BIN)/python -m pytest $(TESTS)
else
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m unit
	@$(BIN)/python -m pytest -m "not unit"
endif

check: venv-test ## What must hold before a commit: format, lint, types, imports, generated docs, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m appliance.devtools.docs --check
	@$(BIN)/python -m pytest -m "not browser and not integration" -q

bench: venv-test ## Measure all, or ONLY=ring-to-browser|ring-to-card|caller-id|…; one section takes OPTIONS="--requests 60 --database FILE"
	@$(BIN)/python -m tests.bench $(ONLY) $(OPTIONS)

docs: venv ## Write the generated pages anew (events, configuration, commands)
	@$(BIN)/python -m appliance.devtools.docs

lock: venv-test ## Pin every package anew, with hashes (needs the network)
	@sh appliance/setup/lock.sh $(BIN)

vendor: venv ## Fetch the browser's third-party files anew from npm (needs node and the network)
	@$(BIN)/python -m panel.vendoring

image: venv ## Build the card image in build/image (AMINBOX_CACHE=build/cache keeps downloads; OPTIONS=--quick packs less)
	@$(BIN)/python image-build/recipe build --cache "$${AMINBOX_CACHE:-build/cache}" --out build/image $(OPTIONS)

image-lock: venv ## Choose today's versions of the image's packages (needs the network)
	@$(BIN)/python image-build/recipe lock --cache "$${AMINBOX_CACHE:-build/cache}"

test-image: venv ## Boot build/image in an emulated machine: panel, ports, power cuts, slots (CUTS=3)
	@$(BIN)/python tests/image/machine.py --image build/image --cuts "$(CUTS)"

clean: ## Remove the virtual environment and what tools left behind; data folders stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

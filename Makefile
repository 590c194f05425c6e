# One word per chore. `make run` starts the demo, `make test` runs every check; both install what they need.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help run setup test lint format types laws unit journeys bench docs lock clean

PORT ?= 8700
SIM_PORT ?= 8800
# The simulated phones: the four ports after the simulator's.
PHONE_PORTS ?= $(shell for n in 1 2 3 4; do echo $$(($(SIM_PORT) + n)); done | paste -sd,)
# Extra words for pytest: make unit ARGS="-k leave"
ARGS ?=

bin := .venv/bin

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

run: ## start the demo: simulated WeCom, web, worker, sample hospital (PORT=8700 SIM_PORT=8800)
	@deploy/setup/prepare.sh run
	@$(bin)/qingban demo --port $(PORT) --simulator-port $(SIM_PORT) --phone-ports $(PHONE_PORTS)

setup: ## install everything for development, start nothing
	@deploy/setup/system.sh
	@deploy/setup/prepare.sh dev

test: setup ## run every check and every test
	@deploy/setup/check.sh $(ARGS)

lint: ## style and format, without changing anything
	@deploy/setup/prepare.sh dev
	@$(bin)/ruff check --output-format concise
	@$(bin)/ruff format --check --output-format concise

format: ## format the code and mend what can be mended safely
	@deploy/setup/prepare.sh dev
	@$(bin)/ruff check --fix
	@$(bin)/ruff format

types: ## mypy: strict in core and qingban.py
	@deploy/setup/prepare.sh dev
	@$(bin)/mypy

laws: ## the project's promises: import laws, names, docs, templates
	@deploy/setup/prepare.sh dev
	@$(bin)/lint-imports --no-logo --no-cache
	@$(bin)/pytest tests/laws $(ARGS)

unit: ## the quick tests: no browser, no PostgreSQL
	@deploy/setup/prepare.sh dev
	@$(bin)/pytest -m "not journey and not postgres and not slow" $(ARGS)

journeys: setup ## the stories told through a real browser
	@$(bin)/pytest -m journey $(ARGS)

bench: ## measure; one JSON line per benchmark, then a table
	@deploy/setup/prepare.sh dev
	@$(bin)/python -m bench

docs: ## write the reference from the code, check that documentation and code agree
	@deploy/setup/prepare.sh dev
	@$(bin)/qingban reference
	@$(bin)/pytest tests/laws/test_docs.py tests/laws/test_reference.py tests/docs $(ARGS)

lock: ## write the lock files anew from requirements/*.in (UPGRADE=1 takes newer versions)
	@deploy/setup/prepare.sh dev
	@deploy/setup/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove everything that set-up, demo and tests made
	rm -rf .venv build dist *.egg-info var core/web/static/vendor core/web/frontend/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

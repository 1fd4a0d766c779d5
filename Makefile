# Everything a person or CI does here. `make` alone explains itself.

PYTHON ?= python3
VENV := .venv/bin
# Run one part: make test ARGS="tests/orders -k hold"
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help run venv test proof bench bench-million lint format types imports migrations-check deploy-check lock audit ci clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-17s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start the whole marketplace on this machine (PORT=8000 REPLICAS=2 HOST=127.0.0.1)
	@$(PYTHON) -m books4all.stack run --with-parent $(if $(PORT),--port $(PORT)) $(if $(REPLICAS),--replicas $(REPLICAS)) $(if $(HOST),--host $(HOST))

venv: ## Make or update .venv from the lock files
	@$(PYTHON) -m books4all.stack venv --dev

test: venv ## Run all tests, the browser ones too (ARGS="tests/orders -k hold")
ifdef ARGS
	@$(VENV)/python -m pytest $(ARGS)
else
	@$(VENV)/python -m pytest -n 2 --dist loadfile --ignore tests/browser
	@# On its own: Playwright leaves an event loop running in its thread, where others can't start one.
	@$(VENV)/python -m pytest tests/browser
endif

proof: venv ## Run the long tests: crashes, races over HTTP, kills
	@$(VENV)/python -m pytest -m proof $(ARGS)

bench: venv ## Measure the pages of the running stack (ARGS="/search/?q=sea")
	@$(VENV)/python -m benchmarks $(ARGS)

bench-million: venv ## Build a million editions beside the demo, measure, stop (ARGS="--editions 100000")
	@$(VENV)/python -m benchmarks.million $(ARGS)

lint: venv ## Check the style of Python and templates
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@git ls-files -z -- 'templates/*.html' | xargs -0 -r $(VENV)/djade --check --target-version 5.2

format: venv ## Mend the style of Python and templates
	@$(VENV)/ruff check --fix-only --quiet .
	@$(VENV)/ruff format .
	@git ls-files -z -- 'templates/*.html' | xargs -0 -r $(VENV)/djade --target-version 5.2

types: venv ## Check the types
	@$(VENV)/mypy

imports: venv ## Check that imports go down only
	@$(VENV)/lint-imports

migrations-check: venv ## Check that migrations are complete and safe while the old code still runs
	@$(VENV)/python -m pytest -q tests/deployment/test_migrations.py

deploy-check: venv ## Check the production settings
	@$(VENV)/python -m pytest -q tests/deployment/test_settings.py

lock: venv ## Resolve the dependencies of pyproject.toml anew and write the lock files (needs uv)
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate $(ARGS) pyproject.toml -o requirements.txt
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate $(ARGS) -c requirements.txt --group stack -o requirements-stack.txt
	@uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate $(ARGS) -c requirements.txt -c requirements-stack.txt --group dev -o requirements-dev.txt

audit: venv ## Look the locked versions up in the database of known holes (needs the network)
	@$(VENV)/pip-audit --require-hashes --disable-pip -r requirements.txt

ci: ## Exactly what CI runs
	@.ci/run

clean: ## Remove everything that can be made again, the demo data too
	@$(PYTHON) -m books4all.stack clean

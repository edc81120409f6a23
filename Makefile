# Yarda's commands. `make` alone lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-diffusers check lint types imports serve bench docs lock wheel gallery clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) scripts/check_python.py
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

setup: $(VENV)/.installed ## a virtual environment with everything that runs

demo: setup ## design the sample yard and say where the pictures are
	$(BIN)/python scripts/demo.py

serve: setup ## the studio in your browser
	$(BIN)/yarda serve

test: $(VENV)/.installed-dev ## set up, then everything that CI runs
	@$(BIN)/python scripts/find_browser.py
	$(MAKE) --no-print-directory check
	$(BIN)/pytest -q -n 4 --no-loadscope-reorder

test-diffusers: $(VENV)/.installed-dev ## the extra `diffusers`, installed aside, with tiny models
	bash .ci/diffusers

check: lint types imports ## style, types and import direction

lint: $(VENV)/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	$(BIN)/mypy

imports: $(VENV)/.installed-dev
	$(BIN)/lint-imports

bench: $(VENV)/.installed-dev ## the benchmarks; results go to docs/reference/performance.md by hand
	$(BIN)/python -m benchmarks

docs: $(VENV)/.installed-dev ## write the reference pages that come from the code
	$(BIN)/python scripts/reference.py

gallery: setup ## every style in every area, on sheets to look at under build/gallery
	$(BIN)/python scripts/gallery.py

wheel: $(VENV)/.installed-dev ## build the wheel
	$(BIN)/python -m hatchling build -t wheel

lock: $(VENV)/.installed-dev ## choose new versions of all dependencies
	$(BIN)/python scripts/lock.py

clean: ## remove what was built
	rm -rf $(VENV) dist build demo .mypy_cache .ruff_cache .pytest_cache .hypothesis

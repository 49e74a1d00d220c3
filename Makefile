# A thin front: every target sets up what it needs in .venv. The README shows the plain commands.
PYTHON ?= python3
SEED = seeds/000_2fc7fc292f528f96.txt
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: help demo test test-slow check docs wheel integrations record bench screenshots clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "%-14s %s\n", $$1, $$2}' Makefile

demo: .venv/demo  ## summarize the seed article with the embedded extractor
	$(BIN)/guarantee-summarizer summarize $(SEED)

test: .venv/test  ## the quick tests, offline
	$(BIN)/python -m pytest -n 2 -m "not slow"

test-slow: .venv/test  ## the others: those that kill processes, open pages in Chromium, measure thresholds
	$(BIN)/python -m pytest -n 2 -m slow

check: .venv/dev  ## lint, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: .venv/docs  ## build the site into build/docs, offline; warnings are errors
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --fresh-env --quiet docs build/docs
	@echo "build/docs/index.html"

wheel: .venv/dev  ## build the wheel into dist/, install it elsewhere, do the main job there
	PYTHON=$(BIN)/python .ci/wheel

integrations: .venv-integrations/ready  ## Ray, recipes, providers, llama.cpp, in an environment of their own (1.4 GB)
	.venv-integrations/bin/python -m pytest -n 2 tests/integrations

record: .venv/test  ## record the cassettes again: BASE_URL=https://… MODEL=…, the key is OPENAI_API_KEY
	RECORD_BASE_URL=$(BASE_URL) RECORD_MODEL=$(MODEL) \
	  $(BIN)/python -m pytest tests/llm/test_cassettes.py --record-mode=rewrite -p no:xdist

bench: .venv/dev  ## import, embedded, model path, sizes, checks
	$(BIN)/python benchmarks/run.py

screenshots: .venv/test  ## the pictures in docs/, of what is there now; needs Chromium
	$(BIN)/python -m tests.browser.screenshots docs

clean:  ## remove the environments and what was built
	rm -rf .venv .venv-integrations build dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/demo: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[embedded]'
	touch $@

.venv/test: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[test]'
	touch $@ .venv/demo

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[dev]'
	touch $@ .venv/test .venv/demo

.venv/docs: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[docs]'
	touch $@

.venv-integrations/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-integrations
	.venv-integrations/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[test,ray,recipes,integrations]' 'dagster>=1.13'
	touch $@

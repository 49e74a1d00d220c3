# A thin front: every target sets up what it needs in .venv. The README shows the plain commands.
PYTHON ?= python3
SEED = seeds/000_2fc7fc292f528f96.txt
BIN = .venv/bin
PIP = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test check wheel integrations record bench clean

demo: .venv/demo
	$(BIN)/guarantee-summarizer summarize $(SEED)

test: .venv/test
	$(BIN)/python -m pytest -n 2

# Lint, types and import contracts.
check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Build the wheel, install it elsewhere, and do the main job there.
wheel: .venv/dev
	PYTHON=$(BIN)/python .ci/wheel

# Ray and the recipes, in an environment of their own (1.3 GB).
integrations: .venv-integrations/ready
	.venv-integrations/bin/python -m pytest tests/integrations

# Record the cassettes again, against any OpenAI-compatible endpoint:
#   make record BASE_URL=https://… MODEL=…    (the key is OPENAI_API_KEY)
record: .venv/test
	RECORD_BASE_URL=$(BASE_URL) RECORD_MODEL=$(MODEL) \
	  $(BIN)/python -m pytest tests/llm/test_cassettes.py --record-mode=rewrite -p no:xdist

bench: .venv/dev
	$(BIN)/python benchmarks/run.py

clean:
	rm -rf .venv .venv-integrations build dist

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/demo: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable .
	touch $@

.venv/test: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[test]'
	touch $@ .venv/demo

.venv/dev: .venv/bin/python pyproject.toml constraints.txt
	$(PIP) --editable '.[dev]'
	touch $@ .venv/test .venv/demo

.venv-integrations/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-integrations
	.venv-integrations/bin/python -m pip install --quiet --disable-pip-version-check \
	  --constraint constraints.txt --editable '.[test,ray,recipes]' 'dagster>=1.13'
	touch $@

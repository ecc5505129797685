# Two commands matter: `make demo` and `make test`. Each sets up its own virtual environment.
VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	&& echo $$p && break; done)
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_LLM := $(VENV)/.ready-llm

.PHONY: demo test test-slow fuzz check format clean

demo: $(READY)  ## import the sample notes and ask them four questions
	@$(BIN)/mem demo

test: $(READY_LLM)  ## every test but the slow ones
	@MEM_REQUIRE_LLM=1 MEM_REQUIRE_MCP=1 $(BIN)/python -m pytest

test-slow: $(READY_LLM)  ## the tests that take longer
	@MEM_REQUIRE_LLM=1 MEM_REQUIRE_MCP=1 $(BIN)/python -m pytest -m slow

fuzz: SEED := $(or $(SEED),$(shell date +%s))
fuzz: $(READY)  ## 10,000 examples of each property of the importers, 300 lives of memories; SEED=N repeats a run
	@echo "The examples are those of SEED=$(SEED)."
	@MEM_FUZZ=10000 $(BIN)/python -m pytest --timeout 900 --hypothesis-seed=$(SEED) \
		tests/property/test_chats.py tests/property/test_documents.py \
		tests/property/test_marked_pages.py
	@MEM_FUZZ=300 $(BIN)/python -m pytest --timeout 1800 --hypothesis-seed=$(SEED) \
		tests/property/test_memory_life.py

check: $(READY)  ## style, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache

$(READY): pyproject.toml
	@test -n "$(PYTHON)" || { echo "mem needs Python 3.11 or newer; none was found." >&2; exit 1; }
	@echo "Setting up $(VENV): packages are fetched, for a minute or more."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $(READY)

# llama.cpp comes as source: pip compiles it once and keeps the result for the next environment.
$(READY_LLM): $(READY)
	@echo "Installing llama-cpp-python; the first time it is compiled, for about 10 minutes."
	$(BIN)/python -m pip install --quiet --editable ".[llm]"
	@touch $(READY_LLM)

.PHONY: screenshots
screenshots: $(READY)  ## pictures of the full-screen UI, and its key table
	$(BIN)/python scripts/screenshots.py

# What can be done with a fresh checkout; needs Python 3.11 or newer, make and git. `make help` lists it.

FITS := import sys, ensurepip; sys.exit(sys.version_info < (3, 11))
ROOM := import shutil, sys; gb = shutil.disk_usage(".").free / 1e9; sys.exit(f"setting up for development takes 7 GB and the tests 3 more, and {gb:.1f} GB are free here: make room, or take make demo, which needs 1 GB" if gb < 10 else 0)
# The first that runs and is new enough: a name on the path may be a shim of a version that is not there.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3; do $$p -c '$(FITS)' 2>/dev/null && break; done; echo $$p)
UV := $(shell command -v uv 2>/dev/null)
VENV := .venv
BIN := $(VENV)/bin
KILLS ?= 100
# Processes that tests are shared out to, file by file; each has a PostgreSQL server of its own and computes in one thread.
# One more than two cores, since tests wait for servers, pages and kills for a third of their time.
WORKERS ?= 3
# Where there is memory for what tests write, they wait for no disk, and only what failed is kept.
IN_MEMORY := -o tmp_path_retention_policy=failed -o tmp_path_retention_count=1
TOGETHER := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MOFU_CRAWLER__DECODER_PROCESSES=1

ifdef UV
INSTALL := uv pip install --quiet --python $(BIN)/python
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: help setup demo test check texts chaos bench clean
.DEFAULT_GOAL := help

help:  ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
ifdef UV
	uv venv --quiet --seed --python ">=3.11" $(VENV)
else
	@$(PYTHON) -c '$(FITS)' || { echo "mofu needs Python 3.11 or newer with venv: make PYTHON=/path/to/it" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
endif

# A stamp is older than pyproject.toml when there is something to install anew.
$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(INSTALL) --editable .
	@touch $@

# torch and torchvision are resolved together, or one may come in a build that does not fit the other.
# With what torch brings for GPUs that is 7 GB: told before the disk is full of half of it.
$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	@test -d $(VENV)/lib/*/site-packages/torch || $(BIN)/python -c '$(ROOM)'
	$(INSTALL) --editable ".[torch,explore,pandas,parquet,postgres,cluster,s3]" --group dev
	@touch $@ $(VENV)/installed

setup: $(VENV)/installed-dev  ## install everything for working on mofu into .venv

demo: $(VENV)/installed  ## eight words from the embedded web into ./mofu-demo, without a network
	$(BIN)/mofu demo
	@echo "to have mofu at hand: . $(BIN)/activate"

test: check  ## the same as check

check: $(VENV)/installed-dev  ## format, lint, types, layers, tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m compileall -q mofu tests  # once: tests start hundreds of processes, wherever Python is told to keep none
	memory=$$($(BIN)/python tests/integration/memory.py); TMPDIR=$${memory:-$${TMPDIR:-/tmp}} $(TOGETHER) \
	$(BIN)/python -m pytest $${memory:+$(IN_MEMORY)} --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

texts: $(VENV)/installed-dev  ## bring the catalogues of the pages up to date; says what is to be translated
	$(BIN)/python -m mofu.webui.texts

chaos: $(VENV)/installed-dev  ## kill builds and clusters at random (KILLS=100) and hold what is left against its promises
	MOFU_CHAOS_KILLS=$(KILLS) MOFU_CHAOS_IMAGES=200 $(BIN)/python -m pytest tests/acceptance/test_chaos.py
	MOFU_CLUSTER_KILLS=$(KILLS) MOFU_CLUSTER_IMAGES=2000 $(BIN)/python -m pytest -s tests/acceptance/test_cluster_chaos.py

bench: $(VENV)/installed-dev  ## run every benchmark; a JSON line a figure
	@for script in benchmarks/[a-z]*.py; do $(BIN)/python $$script || exit 1; done

clean:  ## remove what make made: .venv and caches (libraries stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist

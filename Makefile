# make demo and make test need nothing but this file, Python 3.11+ and a network: they set everything up.
# Variables: PYTHON=python3.12 chooses the interpreter, PIP_ARGS="--index-url ..." another package index.

SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3.12 || command -v python3.13 || command -v python3)
PIP_ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
QT_LIBRARIES := libGL.so.1 libEGL.so.1 libxkbcommon.so.0 libfontconfig.so.1 libdbus-1.so.3 libglib-2.0.so.0 libxcb-cursor.so.0 libxcb-icccm.so.4 libxcb-keysyms.so.1 libxcb-shape.so.0 libxcb-xkb.so.1 libxkbcommon-x11.so.0
QT_PACKAGES := libgl1 libegl1 libxkbcommon0 libfontconfig1 libdbus-1-3 libglib2.0-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libxcb-xkb1 libxkbcommon-x11-0 fonts-dejavu-core
# The tests start a server of their own from these programs and skip what needs it where they are absent.
POSTGRESQL_PROGRAMS := /usr/lib/postgresql/*/bin/initdb /usr/local/bin/initdb /usr/bin/initdb
LDCONFIG := $(shell command -v ldconfig || echo /sbin/ldconfig)

.PHONY: help setup system-libraries postgresql dcmtk demo test check benchmark benchmark-engine screenshots clean

help:
	@echo "make demo        set up, make a phantom exam, read it with the shipped AI (offscreen: demo-output/)"
	@echo "make test        set up and run every test"
	@echo "make check       ruff, mypy, import-linter"
	@echo "make benchmark   measure; writes benchmark-output/benchmark.json and a table"
	@echo "make screenshots make the pictures in docs/ again"

setup: $(VENV)/.tested

demo: $(VENV)/.runs
	$(BIN)/tomolens demo

test: $(VENV)/.tested | postgresql dcmtk
	QT_QPA_PLATFORM=offscreen $(BIN)/python -m pytest --no-xvfb -n 2 --dist loadfile -q --durations=15

check: $(VENV)/.tested
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

benchmark: $(VENV)/.tested
	$(BIN)/python -m tests.benchmarks

benchmark-engine: $(VENV)/.tested
	$(BIN)/python -m tests.benchmarks --only engine --quick

screenshots: $(VENV)/.tested
	$(BIN)/python docs/make_screenshots.py

system-libraries:
	@[ "$$(uname -s)" = Linux ] || exit 0; \
	missing=; listed="$$($(LDCONFIG) -p 2>/dev/null)"; \
	for library in $(QT_LIBRARIES); do case "$$listed" in *"$$library "*) ;; *) missing="$$missing $$library";; esac; done; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(QT_PACKAGES); \
	else \
	  echo "Qt needs system libraries that are missing:$$missing"; \
	  echo "Install them, then run this again:"; \
	  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $(QT_PACKAGES)"; \
	  exit 1; \
	fi

# Installed without the cluster its package makes and starts: the tests need the programs only.
postgresql:
	@ls $(POSTGRESQL_PROGRAMS) 2>/dev/null | grep -q . && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  settings=/etc/postgresql-common/createcluster.conf; ours=; \
	  if [ ! -e $$settings ]; then mkdir -p $${settings%/*} && echo "create_main_cluster = false" > $$settings && ours=yes; fi; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Options::=--force-confold postgresql; } >/dev/null 2>&1 \
	  || echo "PostgreSQL could not be installed: tests that need it are skipped"; \
	  [ -z "$$ours" ] || rm -f $$settings; \
	else \
	  echo "PostgreSQL is not installed: tests that need it are skipped (sudo apt-get install postgresql)"; \
	fi

# Its dcm2pnm draws the greys that the tests compare with; one installation after the other.
dcmtk: | postgresql
	@command -v dcm2pnm >/dev/null && exit 0; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dcmtk; } >/dev/null 2>&1 \
	  || echo "DCMTK could not be installed: the comparison with its greys is skipped"; \
	else \
	  echo "DCMTK is not installed: the comparison with its greys is skipped (sudo apt-get install dcmtk)"; \
	fi

$(BIN)/python: | system-libraries
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 or newer is needed: install python3 and python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; choose one with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv; } || \
	  { echo "The venv module is missing; install it, then run this again:"; echo "  sudo apt-get install -y python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runs: pyproject.toml constraints.txt | system-libraries $(BIN)/python
	$(BIN)/python -m pip install -q $(PIP_ARGS) torch==2.13.0 -c constraints.txt
	$(BIN)/python -m pip install -q $(PIP_ARGS) -c constraints.txt -e .
	@touch $@

$(VENV)/.tested: $(VENV)/.runs
	$(BIN)/python -m pip install -q $(PIP_ARGS) -c constraints.txt -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) demo-output benchmark-output

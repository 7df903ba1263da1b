# make demo: a simulated chain of each sector, from the inbox to the reports.   make test: the whole suite.
# Each works alone on a fresh machine with Python 3.11 or newer; the first run makes .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= demo-output

.PHONY: demo test quick check docs texts clean

demo: $(VENV)/.installed
	$(BIN)/cemaudit demo --out $(OUT)

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n auto --dist loadscope

# What is tested in under two minutes: no simulation, no chain of stores, no PDF, and few random examples.
QUICK := tests/model tests/scoring tests/exchange tests/entry tests/media tests/ledger tests/checklists tests/plugins \
	$(wildcard tests/test_*.py) tests/docs/test_repository.py tests/docs/test_glossary.py tests/cli/test_app.py \
	tests/cli/test_enter.py tests/cli/test_explain.py \
	--ignore=tests/exchange/forms/test_pdf.py --ignore=tests/ledger/test_query.py --ignore=tests/ledger/test_export.py

quick: $(VENV)/.installed-test
	CEMAUDIT_TESTS=quick $(BIN)/python -m pytest -q -n auto --dist loadscope -m "not slow" $(QUICK)

check: $(VENV)/.installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed-dev
	$(BIN)/python tools/schemas.py
	$(BIN)/python tools/records.py
	$(BIN)/python tools/consoles.py
	$(BIN)/python tools/python_page.py
	$(BIN)/python tools/scheme_pages.py

texts: $(VENV)/.installed-dev
	$(BIN)/python tools/texts.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[hq]'
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@

clean:
	rm -rf $(VENV) $(OUT) dist build

# make demo       sets everything up and simulates Tiên Yên 2019
# make test       sets everything up and passes the tests
# make notebooks  sets everything up and opens the notebooks
# make bench      measures speed beside other engines, for docs/performance.md (ROUNDS=1 is short)
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
SCENARIOS = scenarios/tien_yen_2019
ALTERNATIVES = approval_not_on_the_spot e_signature every_counter_every_procedure later_closing \
	one_less_at_busiest_counter one_more_at_busiest_counter online_40 tet_surge_and_sickness
OUT ?= out/tien_yen_2019
ROUNDS ?= 11

.PHONY: demo test test-all lint notebooks bench clean

demo: $(VENV)/core
	$(BIN)/sim compare $(SCENARIOS)/baseline.toml $(ALTERNATIVES:%=$(SCENARIOS)/%.toml) \
		--replications 10 --seed 1 --out $(OUT)

test: $(VENV)/test
	$(BIN)/python -m pytest

test-all: $(VENV)/test
	$(BIN)/python -m pytest -m "slow or not slow" --cov=sim --cov-report=term-missing:skip-covered

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: $(VENV)/notebook
	$(BIN)/jupyter lab notebooks

bench: $(VENV)/bench
	$(BIN)/python -m benchmarks --rounds $(ROUNDS)

clean:
	rm -rf $(VENV) out

$(VENV)/core: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) --editable ".[report]"
	@touch $@

$(VENV)/test: $(VENV)/core
	$(INSTALL) --editable ".[test]"
	@touch $@

$(VENV)/dev: $(VENV)/test
	$(INSTALL) --editable ".[dev]"
	@touch $@

$(VENV)/notebook: $(VENV)/core
	$(INSTALL) --editable ".[notebook]"
	@touch $@

$(VENV)/bench: $(VENV)/core
	$(INSTALL) --editable ".[bench]"
	@touch $@

# Two commands do all their own set-up: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
WORKERS ?= 2
BENCHES := start decode cache step epoch predict latency train_cpu scale mnist transfer export
FLAGS ?=

.PHONY: help demo test test-all check format bench clean

help:
	@echo "make demo      train on real handwritten digits and say where the report is"
	@echo "make test      the tests, about ten minutes on two cores"
	@echo "make test-all  the long ones too"
	@echo "make check     format, lint, types, import floors, tests: what CI runs"
	@echo "make format    put the source in order"
	@echo "make bench     side by side with peers, under an hour on two cores; make bench-NAME for one, FLAGS=--long"

$(VENV)/.demo: pyproject.toml constraints.txt
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[demo,explain]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt
	@test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ $(VENV)/.demo

demo: $(VENV)/.demo
	$(BIN)/miwake demo

test: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n $(WORKERS) --dist loadfile -m "not long"

test-all: $(VENV)/.dev
	OMP_NUM_THREADS=1 $(BIN)/pytest -q -n $(WORKERS) --dist loadfile

check: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

format: $(VENV)/.dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench-train-cpu: bench-train_cpu
	@:

bench-%: $(VENV)/.dev
	$(BIN)/python bench/$*.py $(FLAGS)

# one after the other, whatever -j says: they are timed
bench: $(VENV)/.dev
	for name in $(BENCHES); do $(BIN)/python bench/$$name.py $(FLAGS) || exit 1; done

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

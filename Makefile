# The environment is made once, from exact versions; `make clean` removes it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# Python 3.11 comes with a pip that takes four times as long as the one of constraints.txt, so that comes first; what is never
# imported need not be compiled.
INSTALL := python -m pip install --quiet --disable-pip-version-check --no-compile --constraint constraints.txt
CORE   := tests/records tests/log tests/passport tests/tlog tests/keys tests/storage tests/vectors tests/conformance tests/test_api.py tests/test_plugins.py

export PYTHONDONTWRITEBYTECODE =  # tests start hundreds of programs: what they import is compiled once

.PHONY: demo test uncounted test-core storm test-fabric interop mutants lint bench texts vectors api release-check clean

$(VENV)/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("carbonseal needs Python 3.11 or newer: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/$(INSTALL) pip
	$(BIN)/$(INSTALL) --editable '.[dev]'
	@touch $@

demo: $(VENV)/installed  ## seal, anchor, issue, verify, and be refused: the whole way in a minute
	$(BIN)/carbonseal demo

test: $(VENV)/installed  ## every test: behaviour, attacks, arrows between packages, the wheel, the texts
	$(BIN)/python -m pytest --numprocesses=auto --dist=worksteal --durations=15 --cov --cov-report= --cov-fail-under=0
	$(BIN)/python -m coverage report $(if $(CI),,--fail-under=0)

uncounted: $(VENV)/installed  ## which tests coverage need not trace, found by a run of all
	$(BIN)/python -m tests.programs.uncounted

test-core: $(VENV)/installed  ## the tests of the pure core, the storage, the vectors and what plugs in: for another Python, in one process
	$(BIN)/python -m pytest --durations=5 $(CORE)

storm: $(VENV)/installed  ## the full storms: nodes that are killed while they anchor, on every chain and on Fabric (CI has half of each)
	STORM=full $(BIN)/python -m pytest tests/ethereum/sending/test_sending_storm.py tests/fabric/sending/test_storm.py tests/fabric/sending/test_faults.py

test-fabric: $(VENV)/installed  ## the tests of Fabric on its own programs (CARBONSEAL_FABRIC_BIN, or the PATH), raft and, from 3 on, BFT
	$(BIN)/python -m tests.fabric.native

interop: $(VENV)/installed  ## others' programs, libraries and vectors beside ours: installs what it can from Go's and npm's registries
	$(BIN)/python -m tests.interop

mutants: $(VENV)/installed  ## mutants of the verifier, each without one check: the tests have to notice each
	$(BIN)/python -m tests.mutants

lint: $(VENV)/installed  ## ruff and mypy strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(if $(CI),--cache-dir=/dev/null)

$(VENV)-bench/installed: pyproject.toml constraints.txt benchmarks/requirements.txt
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/$(INSTALL) pip
	$(VENV)-bench/bin/$(INSTALL) --editable '.[dev]'
	$(VENV)-bench/bin/$(INSTALL) --no-deps --requirement benchmarks/requirements.txt
	@touch $@

bench: $(VENV)-bench/installed  ## speed, as ratios within one run, beside other people's trees
	$(VENV)-bench/bin/python -m benchmarks

texts: $(VENV)/installed  ## make docs/cli.md, docs/codes.md and docs/openapi.json again, from what the program says
	$(BIN)/python -m tests.repository.texts.help_texts > docs/cli.md.new && mv docs/cli.md.new docs/cli.md
	$(BIN)/python -m tests.repository.texts.codes > docs/codes.md.new && mv docs/codes.md.new docs/codes.md
	$(BIN)/python -m tests.repository.texts.openapi > docs/openapi.json.new && mv docs/openapi.json.new docs/openapi.json
	$(BIN)/python -m tests.languages.catalogues

vectors: $(VENV)/installed  ## make the specification's test vectors and examples again
	$(BIN)/python -m tests.vectors.make

api: $(VENV)/installed  ## the API reference, in build/api: the public names alone; a warning is an error
	$(BIN)/python -m tests.repository.texts.api_reference build/api

release-check:  ## everything of a release but publishing, for the tag TAG (docs/releasing.md)
	PYTHON=$(PYTHON) .ci/release-check $(TAG)

clean:
	rm -rf $(VENV) $(VENV)-bench .venv-newest .coverage demo dist build

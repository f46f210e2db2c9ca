# Everything a newcomer needs: make demo, make test. Python >= 3.11, git and make are enough.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
ARGS ?=

.PHONY: demo test check versions words bench phones logins sbom audit lock clean help

help: ## say what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

# Runtime dependencies only: a trial starts sooner.
.venv/demo: requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q admin kiosk scheduler
	@touch $@

.venv/dev: requirements-dev.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked dependencies and the tools of the tests ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -m compileall -q admin kiosk scheduler
	@touch $@ .venv/demo

demo: .venv/demo ## run a complete centre with sample data; ARGS="--port 9000" for motcua demo's options
	@$(BIN)/motcua demo $(ARGS)

test: .venv/dev ## run every test, on SQLite and PostgreSQL, with a real browser
	@. tests/machine.sh && $(BIN)/python -m pytest -n 3 --dist worksteal --durations=30 $(ARGS)

check: .venv/dev ## style, types, directions of imports, secrets, translations
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@git ls-files -z | xargs -0 $(BIN)/detect-secrets-hook --baseline .secrets.baseline
	@$(BIN)/python -m pytest -q tests/host/test_translations.py

versions: .venv/dev ## try the wheel with the lowest and the newest dependencies that pyproject.toml allows
	@$(BIN)/python -m tests.host.versions

words: .venv/dev ## write the catalogue of our words anew from the code, sorted; say what has no Vietnamese yet
	@$(BIN)/python -m tests.host.catalogue

bench: .venv/dev ## measure issuing over HTTP beside a floor; ARGS="--engine sqlite" for its options
	@. tests/machine.sh && $(BIN)/python -m benchmarks.issuing $(ARGS)

phones: .venv/dev ## measure 300 phones that follow their numbers while others are given; ARGS as above
	@. tests/machine.sh && $(BIN)/python -m benchmarks.phones $(ARGS)

logins: .venv/dev ## measure whether the time of a refused login says that a name exists; ARGS as above
	@. tests/machine.sh && $(BIN)/python -m benchmarks.logins $(ARGS)

.venv-release: requirements-release.lock
	@test -x $@/bin/python || $(PYTHON) -m venv $@
	@$@/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r $<
	@touch $@

sbom: .venv-release ## write the bill of materials of what requirements.lock installs to dist/ (CycloneDX)
	@mkdir -p dist
	@PYTHONWARNINGS=ignore .venv-release/bin/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --validate \
		-o dist/sbom.cdx.json requirements.lock

audit: .venv-release ## look for known holes in what requirements.lock installs (asks PyPI's advisories; needs the internet)
	@.venv-release/bin/pip-audit --strict --disable-pip --require-hashes -r requirements.lock

lock: ## compile the locks anew (needs uv)
	uv pip compile -q pyproject.toml --extra postgres --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -o requirements.lock
	uv pip compile -q pyproject.toml --extra postgres --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --resolution lowest-direct -o requirements-lowest.lock
	uv pip compile -q --group release --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header -o requirements-release.lock
	uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-emit-package fab-addon-motcua -o requirements-dev.lock

clean: ## remove what the commands above made
	rm -rf .venv .venv-release build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis test-output

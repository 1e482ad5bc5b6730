SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-slow test-postgresql lint format docs protos bench train test-training replay cert grpcurl clean

UV_VERSION := 0.13.9
UV := .tools/bin/uv
RUN := $(UV) run --quiet --frozen --all-packages
PKI ?= build/pki
TRAINING := UV_PROJECT_ENVIRONMENT=build/train/venv OMP_NUM_THREADS=1 XLA_FLAGS=--xla_cpu_multi_thread_eigen=false nice $(UV) run --quiet --frozen --all-packages --group train

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

setup: .venv/.ready ## Install everything into this checkout

.tools/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: $$(python3 --version) found" >&2; exit 1; }
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing; install it, on Debian with: apt-get install python3-venv" >&2; exit 1; }
	python3 -m venv .tools
	.tools/bin/pip install --quiet --no-cache-dir --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: .tools/bin/uv uv.lock pyproject.toml $(wildcard */*/pyproject.toml)
	$(UV) sync --quiet --frozen --all-packages
	@touch $@

demo: setup ## The fortnight of October 2018: SEED=1 IMAGES=<folder> DPI="500 SET=569"
	$(RUN) harness demo $(if $(SEED),--seed $(SEED)) $(if $(IMAGES),--images "$(IMAGES)") $(if $(DPI),--dpi "$(DPI)")

up: setup ## Start a small country and leave it running
	$(RUN) harness up

test: setup ## Prove that it works (minutes)
	$(RUN) pytest -m "not slow"

test-slow: setup ## Long fault drills
	$(RUN) pytest -m slow

test-postgresql: setup ## The services' tests on a server: POSTGRESQL_TEST_URL=postgresql+asyncpg://<user who may create databases>:<password>@<host>/<db>
	@[ -n "$(POSTGRESQL_TEST_URL)" ] || { echo 'name a server: make test-postgresql POSTGRESQL_TEST_URL=postgresql+asyncpg://user:password@host/db' >&2; exit 2; }
	POSTGRESQL_TEST_URL="$(POSTGRESQL_TEST_URL)" $(RUN) pytest -m "not slow" services

lint: setup ## ruff, mypy --strict, import-linter, buf, generated code up to date
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy services/conftest.py services/*/src services/*/tests tests benchmarks docs
	$(RUN) lint-imports
	$(RUN) buf lint protos
	$(RUN) protos/check.sh

format: setup ## Format the code
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

docs: setup ## Write the docs pages made from the code
	$(RUN) python docs/generate.py
	$(RUN) python docs/draw_architecture.py
	$(RUN) issuance states > docs/issuance-states.md

protos: setup ## Generate code from the contracts
	$(RUN) protos/generate.sh

bench: setup ## Accuracy and speed: IMAGES=<folder> DPI="500 SET=569"
	$(RUN) python benchmarks/run.py $(if $(IMAGES),--images "$(IMAGES)") $(if $(DPI),--dpi "$(DPI)")

train: setup ## Train models on synthetic fingers; continues from the last checkpoint: MODELS="descriptor embedding" SEED=1 STEPS=<n>
	@for model in $(or $(MODELS),descriptor embedding); do \
		$(TRAINING) python -m matcher.training.$$model $(if $(SEED),--seed $(SEED)) $(if $(STEPS),--steps $(STEPS)) || exit; \
	done

test-training: setup ## The tests of training, where what it needs is installed
	$(TRAINING) pytest services/matcher/tests/training

replay: setup ## The plan of any fortnight: SCENARIO=<file> OUT=<file>
	@[ -n "$(SCENARIO)" ] && [ -n "$(OUT)" ] || { echo 'say which: make replay SCENARIO=docs/examples/banjarmasin-2018.json OUT=build/plan.json' >&2; exit 2; }
	$(RUN) issuance replay "$(SCENARIO)" --out "$(OUT)"

cert: setup ## A development certificate: OFFICE=BJM USER=siti ROLE=examiner
	@[ -n "$(USER)" ] && [ -n "$(ROLE)" ] || { echo 'say for whom: make cert OFFICE=BJM USER=siti ROLE=examiner' >&2; exit 2; }
	@$(RUN) servicekit cert --dir "$(PKI)" $(if $(OFFICE),--office "$(OFFICE)") --user "$(USER)" --role "$(ROLE)"

grpcurl: setup ## Call with a certificate: OFFICE=national USER=ani ROLE=administrator ARGS="..."
	@$(RUN) deploy/grpcurl.sh "$(PKI)" "$(or $(OFFICE),national)" "$(USER)" "$(or $(ROLE),administrator)" $(ARGS)

clean: ## Remove what was built; databases of the demo too
	rm -rf build .venv .tools

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-slow test-system test-postgresql test-replicas test-shards print-matrix recovery mutants lint format docs protos freeze-contracts \
	bench bench-plan train test-training replay cert grpcurl clean

UV_VERSION := 0.13.9
UV := .tools/bin/uv
RUN := $(UV) run --quiet --frozen --all-packages
# Runs a command in the environment of training, which has further packages and is made on first use.
RUN_TRAINING := UV_PROJECT_ENVIRONMENT=build/train/venv OMP_NUM_THREADS=1 XLA_FLAGS=--xla_cpu_multi_thread_eigen=false nice $(UV) run --quiet --frozen --all-packages --group train
# Runs a command in an environment that has Ray, which is made on first use.
RUN_RAY := UV_PROJECT_ENVIRONMENT=build/ray/venv $(UV) run --quiet --frozen --all-packages --group ray
# Where tests put databases: in memory if there is room, since a test waits for each commit.
TESTS_FOLDER = $(shell [ "$$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)" -ge 4000000 ] 2>/dev/null && echo TMPDIR=/dev/shm)
# Folder of development certificates.
PKI ?= build/pki
# The user of a certificate: USER=..., but not the login's name, which shells have in USER.
PERSON = $(if $(filter command line,$(origin USER)),$(USER))

help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

setup: .venv/.ready ## Install Python packages and tools into this checkout

.tools/bin/uv:
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: $$(python3 --version) found" >&2; exit 1; }
	@python3 -c 'import venv, ensurepip' 2>/dev/null || { echo "Python's venv module is missing; install it, on Debian with: apt-get install python3-venv" >&2; exit 1; }
	python3 -m venv .tools
	.tools/bin/pip install --quiet --no-cache-dir --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: .tools/bin/uv uv.lock pyproject.toml $(wildcard */*/pyproject.toml)
	$(UV) sync --quiet --frozen --all-packages --compile-bytecode
	@touch $@

demo: setup ## Simulate two weeks of an office, October 2018, and write a report: SEED=1 IMAGES=<folder> DPI="500 SET=569"
	$(RUN) harness demo $(if $(SEED),--seed $(SEED)) $(if $(IMAGES),--images "$(IMAGES)") $(if $(DPI),--dpi "$(DPI)")

up: setup ## Start all services with one office and leave them running
	$(RUN) harness up

test: setup ## Run the tests, except the slow ones and those that need system packages (minutes)
	$(TESTS_FOLDER) $(RUN) pytest -n 2 --max-worker-restart=0 --dist loadfile --no-loadscope-reorder -m "not slow and not system" tests services

test-slow: setup ## Run the slow tests: long runs with faults, and properties with other examples each time
	$(TESTS_FOLDER) $(RUN) pytest -m slow
	$(TESTS_FOLDER) HYPOTHESIS_PROFILE=random $(RUN) pytest -m "hypothesis and not slow"

test-system: setup ## Run the tests that need system packages; installs these where it may (Debian, root)
	tests/system/install-packages.sh
	PATH="$$PATH:/usr/sbin:/sbin" $(RUN) pytest -m system $$(grep -rl --include='test_*.py' 'mark[.]system' services tests)

print-matrix: setup ## Print one passport, disturbed at each write and each call of a machine: SEED=1 RUNS=5 WITHOUT=<guard>
	$(RUN) python -m services.printer.tests.print_matrix $(if $(SEED),--seed $(SEED)) $(if $(RUNS),--runs $(RUNS)) $(if $(WITHOUT),--without $(WITHOUT))

recovery: setup ## Let 83,070 people wait for the matcher and come back, in virtual time (minutes): SEED=1 WAITING=83070
	$(RUN) python -m services.issuance.tests.recovery $(if $(SEED),--seed $(SEED)) $(if $(WAITING),--waiting $(WAITING))

test-postgresql: setup ## Run the tests that use a database, journeys too, on PostgreSQL, on a server of their own (minutes), or POSTGRESQL_TEST_URL=postgresql+asyncpg://<user who may create databases>:<password>@<host>/<db> TESTS=<files>
	$(TESTS_FOLDER) POSTGRESQL_TEST_URL="$(POSTGRESQL_TEST_URL)" $(RUN) python -m services.postgresql_server \
		pytest -n 2 --max-worker-restart=0 --dist loadfile --no-loadscope-reorder -m "not slow and not system" \
		$(or $(TESTS),services/*/tests/test_*.py services/*/tests/{service,store,use_cases,issuance_histories,print_histories} \
		tests/{journeys,faults} tests/contract/test_{services_enforce_,the_}*.py tests/docs/test_a_days_work_*.py)

test-replicas: setup ## Kill and freeze one of three matchers under load, enrol one person at two in thousands of orders, and change models (many minutes); shows how long the slowest call took
	$(TESTS_FOLDER) POSTGRESQL_TEST_URL="$(POSTGRESQL_TEST_URL)" $(RUN) python -m services.postgresql_server \
		pytest -m slow -rP services/matcher/tests/test_no_call_is_lost_when_a_replica_fails.py \
		services/matcher/tests/test_one_person_at_two_replicas_is_caught.py \
		services/matcher/tests/test_no_call_fails_while_models_change.py

test-shards: setup ## Search shards of the index in processes of Ray (downloads it): kill and freeze one under load, change models, and run tests of the matcher on them (many minutes); shows how long the slowest search took
	$(TESTS_FOLDER) $(RUN_RAY) pytest -m slow -rP services/matcher/tests/test_ray_is_reached_from_this_machine_only.py \
		services/matcher/tests/test_shards_keep_one_contract_wherever_they_are.py services/matcher/tests/test_no_search_fails_when_a_shard_is_killed.py \
		services/matcher/tests/test_shards_of_other_models_keep_one_contract.py services/matcher/tests/test_models_are_changed_in_processes_of_ray.py
	$(TESTS_FOLDER) MATCHER_TEST_SETTINGS='{"shard_engine": "ray"}' $(RUN_RAY) pytest services/matcher/tests/test_shards_pass_the_tests_of_one_index.py \
		services/matcher/tests/test_models_are_changed_in_shards.py

mutants: setup ## Change a service's rules one at a time and see which changes its tests notice: SERVICE=printer|issuance|matcher|servicekit SAMPLE=20 SEED=1 MINUTES=60
	@[ -n "$(SERVICE)" ] || { echo 'name a service: make mutants SERVICE=printer' >&2; exit 2; }
	$(RUN) python -m tests.mutation "$(SERVICE)" $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES))

lint: setup ## Check format, types, imports and contracts, and that generated code is up to date
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy services/conftest.py services/*/src services/*/tests tests benchmarks docs
	$(RUN) lint-imports
	$(RUN) buf lint protos
	$(RUN) protos/check.sh

format: setup ## Format the code
	$(RUN) ruff check --fix .
	$(RUN) ruff format .

docs: setup ## Write the pages and example configurations that are made from the code
	$(RUN) python docs/generate.py
	$(RUN) python docs/draw_architecture.py
	$(RUN) python docs/sizing.py
	$(RUN) issuance states > docs/issuance-states.md

protos: setup ## Generate Python code from the contracts
	$(RUN) protos/generate.sh

freeze-contracts: setup ## Make the present contracts those that lint compares with; accepts incompatible changes
	$(RUN) protos/freeze.sh

bench: setup ## Measure accuracy and speed: IMAGES=<folder> DPI="500 SET=569"
	$(RUN) python benchmarks/run.py $(if $(IMAGES),--images "$(IMAGES)") $(if $(DPI),--dpi "$(DPI)")

bench-plan: setup ## Measure planning, and officers' steps meanwhile, with a thousand to a million open applications: CASES="1000 200000"
	$(RUN) python -m benchmarks.plan_speed $(if $(CASES),--cases $(CASES))

train: setup ## Train models on synthetic fingers; continues from the last checkpoint: MODELS="descriptor embedding" SEED=1 STEPS=<n>
	@for model in $(or $(MODELS),descriptor embedding); do \
		$(RUN_TRAINING) python -m matcher.training.$$model $(if $(SEED),--seed $(SEED)) $(if $(STEPS),--steps $(STEPS)) || exit; \
	done

test-training: setup ## Run the tests of training, in its own environment
	$(RUN_TRAINING) pytest services/matcher/tests/training

replay: setup ## Compute the collection schedule of a recorded scenario: SCENARIO=<file> OUT=<file>
	@[ -n "$(SCENARIO)" ] && [ -n "$(OUT)" ] || { echo 'name both files: make replay SCENARIO=docs/examples/banjarmasin-2018.json OUT=build/plan.json' >&2; exit 2; }
	$(RUN) issuance replay "$(SCENARIO)" --out "$(OUT)"

cert: setup ## Make a development certificate: OFFICE=BJM (or national) USER=siti ROLE=examiner
	@[ -n "$(OFFICE)" ] && [ -n "$(PERSON)" ] && [ -n "$(ROLE)" ] || { echo 'name office, user and role: make cert OFFICE=BJM USER=siti ROLE=examiner' >&2; exit 2; }
	@$(RUN) servicekit cert --dir "$(PKI)" --office "$(OFFICE)" --user "$(PERSON)" --role "$(ROLE)" --policy deploy/policy/policy.toml

grpcurl: setup ## Call a service with a development certificate: OFFICE=national USER=ani ROLE=administrator ARGS="..."
	@[ -n "$(PERSON)" ] || { echo 'name a user: make grpcurl USER=ani ARGS="localhost:7101 list"' >&2; exit 2; }
	@$(RUN) deploy/grpcurl.sh "$(PKI)" "$(or $(OFFICE),national)" "$(PERSON)" "$(or $(ROLE),administrator)" $(ARGS)

clean: ## Remove installed packages and everything that was built, the databases of the demo too
	rm -rf build .venv .tools

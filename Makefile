SHELL := /bin/bash
.DEFAULT_GOAL := help
UV_VERSION := 0.13.9
UV := .tools/bin/uv
RUN := $(UV) run --frozen --all-packages

.PHONY: protos
protos: ## Generate code from the contracts (the only writer of protos/gen)
	$(RUN) protos/generate.sh

# Two commands carry the product: `make demo` and `make test`. Each does all set-up by itself.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
# Where bytecode is not written, every start compiles all of it again and takes seconds.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: env
env: ## The environment of who runs the product (.venv from uv.lock)
	@scripts/bootstrap run

.PHONY: dev
dev: ## The environment of who works on the product
	@scripts/bootstrap dev

.PHONY: demo
demo: env ## Everything set up with sample data, and served
	@exec $(BIN)/gisdb demo

.PHONY: test
test: lint ## Every check: linters, types, import rules, then all tests on real PostGIS and Chromium
	@scripts/browser
	$(BIN)/pytest -n 2 --dist loadfile

.PHONY: soak
soak: dev ## More seeds, sizes and languages than `make test` has time for
	@scripts/browser
	$(BIN)/pytest -n 2 --dist loadfile -m soak

.PHONY: lint
lint: dev ## Linters, types and import rules alone
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: docs
docs: dev ## Write the pages of docs/ that come from the code
	$(BIN)/python -m gisdb.documentation

.PHONY: bench
bench: dev ## The measured figures of docs/performance.md
	$(BIN)/python -m tests.bench

.PHONY: boundaries
boundaries: dev ## Build shapefiles/ again from its sources (needs npm)
	uv run --group build-boundaries python -m shapefiles.build

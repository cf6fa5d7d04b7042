# Each target sets up what it needs first (scripts/set-up), and skips what has not changed since.
.PHONY: help run test check conformance proof bench lock clean

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: ## start Masar with its demonstration on http://127.0.0.1:8000
	@scripts/set-up run
	@.venv/bin/masar run

test: ## every check and the whole suite, on SQLite, PostgreSQL and Chromium
	@scripts/set-up test
	@scripts/check
	@.venv/bin/python -m pytest $(or $(PYTEST),-q -n auto)

check: ## format, lint, types, import contracts
	@scripts/environment test
	@scripts/check

conformance: ## every BPMN construct in every position, as a table
	@scripts/environment test
	@.venv/bin/python -m tests.conformance

proof: ## the long proofs at full size
	@scripts/set-up test
	@MASAR_PROOF=full .venv/bin/python -m pytest tests/properties -v

bench: ## measurements, never timed tests
	@scripts/set-up test
	@.venv/bin/python -m bench

lock: ## renew requirements/*.txt and web/assets/package-lock.json
	@scripts/lock

clean: ## remove what set-up made; the data in var/ stay
	rm -rf .venv web/static/dist web/assets/node_modules bench/peers/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

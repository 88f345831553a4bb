# Commands for developers. CI runs `make test`; it installs what it can and reports what it skips.
.DEFAULT_GOAL := help
.PHONY: help run test compat stores packages random examples fmt lint bench

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

run: ## Usher in development mode, with two demo applications
	cargo run

test: ## All tests: format, lints, Rust on SQLite and PostgreSQL, real clients, a browser
	tests/run.sh

compat: ## Third-party client libraries in seven languages sign in at this Usher
	tests/compat/run.sh

stores: ## The stores and filters of the local modules on Redis, PostgreSQL, SQLite and FerretDB
	tests/stores/run.sh

packages: ## The packages of the local modules, installed into empty folders and used there
	npm --prefix sdk/node ci --no-audit --no-fund --loglevel=error
	npm --prefix sdk/node run -s check:package
	sh sdk/python/scripts/check-package.sh
	cd sdk/examples/go-service && go vet ./... && go mod verify
	sh sdk/rust/scripts/check-package.sh

random: ## Random vectors that all local modules have to answer alike
	sdk/vectors/random.sh

examples: ## The example applications of the local modules, at an Usher of their own
	sdk/examples/run.sh

fmt: ## Format the sources
	cargo fmt --all

lint: ## Format check and lints, warnings as errors
	cargo fmt --all --check
	cargo clippy --all-targets -- -D warnings

bench: ## Measure a release build
	conformance/bench/run.sh
	sdk/bench/run.sh

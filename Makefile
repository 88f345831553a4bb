# What a developer types. `make test` is what CI runs; it installs what it can and says what it skips.
.DEFAULT_GOAL := help
.PHONY: help run test compat fmt lint bench

help: ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

run: ## Usher in development mode, with two demo applications
	cargo run

test: ## Everything: format, lints, Rust tests on SQLite and PostgreSQL, real clients, a real browser
	tests/run.sh

compat: ## Client libraries that others wrote, in seven languages, sign in against this Usher
	tests/compat/run.sh

fmt: ## Format the sources
	cargo fmt --all

lint: ## Format check and lints, warnings as errors
	cargo fmt --all --check
	cargo clippy --all-targets -- -D warnings

bench: ## Measure a release build
	conformance/bench/run.sh

# What people and CI run. Each line is short; the work stands in scripts/.
SHELL := /bin/bash
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/rokuon/target

.PHONY: help demo test check fix bench requirements openapi web

help: ## list the targets
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
demo: ## the whole platform on this machine, five cities, real calls; Ctrl-C stops it
	@scripts/demo
test: ## everything that can fail: Rust, portal, end to end
	@scripts/test
check: ## formatting, lints, house rules, types, the API document
	@scripts/check
fix: ## put right what a machine can put right
	@scripts/fix
bench: ## figures, printed and not asserted (builds a release)
	@scripts/bench
requirements: ## every requirement with the tests that show it
	@cargo build --quiet --workspace --bins && "$(CARGO_TARGET_DIR)/debug/requirements"
openapi: ## write openapi/openapi.json and the portal's types from the code
	@scripts/openapi
web: ## build the portal into web/dist
	@scripts/web

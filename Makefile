# Rollcall's commands. One prerequisite: the Rust toolchain that rust-toolchain.toml names.
# Debian packages that are missing (PostgreSQL, RabbitMQ, Samba, OpenLDAP, pip) are installed by the first command that needs them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
CARGO := cargo
TESTBED := target/debug/rollcall-testbed
# For `make chaos`: the number of random mixes of faults, and the first of them.
SEEDS := 200
FIRST_SEED := 1
# nextest if it is installed: it runs each test in a process of its own, side by side.
TEST_RUNNER := $(shell cargo nextest --version >/dev/null 2>&1 && echo "nextest run" || echo "test")

# Seconds for each fuzz target.
FUZZ_SECONDS := 60

# Targets with unit tests. Packages' tests/ folders need servers, but for the fuzz targets' seeds,
# the rules for sources and schemas, and the example of a front end.
UNITS := --lib --bins --test seeds --test circles --test schemas --test front_end
# Tests of the stores, by name: they stand among the unit tests, and need PostgreSQL.
STORES := store::tests::
WITH_STORES := -p rollcall-scheduler -p rollcall-reconcile -p rollcall-results

# The programs that are shipped.
SHIPPED := -p rollcall-cli -p rollcall-scheduler -p rollcall-worker -p rollcall-reconcile -p rollcall-results

.PHONY: help demo up down test test-unit test-store sql contract supply lint release bench chaos fuzz packages build

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## /\1\t/' | expand -t 12

demo: packages build ## an administrator's first hour with a real Active Directory
	$(TESTBED) run -- deploy/demo/first-hour.sh

up: packages build ## the same stack, left running; its addresses are in .run/env
	$(TESTBED) up

down: ## stops what `make up` started
	@if [ -x $(TESTBED) ]; then $(TESTBED) down; else echo "nothing to stop"; fi

test: packages build sql ## every test, against real servers
	$(CARGO) $(TEST_RUNNER) --workspace --locked --no-run
	$(TESTBED) run -- $(CARGO) $(TEST_RUNNER) --workspace --locked

test-unit: ## the tests that need no server, no Debian package and no root
	$(CARGO) $(TEST_RUNNER) --workspace --locked $(UNITS) -- --skip $(STORES)

test-store: ## the tests of the services' statements, which need only PostgreSQL and no root
	@$(CARGO) build --locked --quiet --package rollcall-testbed
	$(CARGO) $(TEST_RUNNER) --locked $(WITH_STORES) --lib --no-run
	$(TESTBED) run --only postgres,schemas -- $(CARGO) $(TEST_RUNNER) --locked $(WITH_STORES) --lib -- $(STORES)

sql: ## proves that statements, schemas and each crate's .sqlx agree; UPDATE=1 writes .sqlx
	@$(CARGO) build --locked --quiet --package rollcall-testbed
	$(TESTBED) run --only postgres,schemas -- tests/sql/check.sh $(if $(UPDATE),update)

contract: ## style of the .proto files, stubs from them, released clients; UPDATE=1 takes them as the released contract
	@tests/contract/check.sh $(if $(UPDATE),update)

supply: ## licences, bans and sources of all crates; advisories where their database can be fetched
	@tests/supply/check.sh

lint: contract supply ## contract, supply, format, clippy and documentation, with warnings as errors
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --document-private-items --locked --quiet

release: ## the programs, a bill of materials and digests, in target/release-rollcall
	$(CARGO) build --release --locked $(SHIPPED)
	@deploy/release/pack.sh target/release target/release-rollcall

bench: packages ## imports of 100,000 objects, as ratios to the directory's own speed
	$(CARGO) build --release --locked --workspace --bins
	target/release/rollcall-bench

chaos: build ## breaks things at every step of a run and at random: SEEDS=200 FIRST_SEED=1, or ONLY=seed/17
	@deploy/debian/install-packages.sh chaos
	@deploy/debian/make-debian-13.sh
	target/debug/rollcall-chaos $(if $(ONLY),--only $(ONLY),--seeds $(SEEDS) --first-seed $(FIRST_SEED))

fuzz: ## random bytes for each reader of foreign input, a minute each (FUZZ_SECONDS); needs a C++ compiler
	tests/fuzz/run.sh $(FUZZ_SECONDS)

packages:
	@deploy/debian/install-packages.sh

build:
	@echo "Building the services (a first build takes some minutes) ..."
	@$(CARGO) build --locked --workspace --bins

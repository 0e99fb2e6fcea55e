# Everything that people and CI run. `make help` lists it.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo setup build test lint bench servers man install clean dist fit archive dist-check manifest

ifeq ($(shell id -u),0)
PREFIX ?= /usr/local
else
PREFIX ?= $(HOME)/.local
endif
BINARY = $${CARGO_TARGET_DIR:-target}/release/kubectl-calicoq
# What `version` says that it was built from; nothing outside a clone.
RELEASE = CALICOQ_COMMIT=$$(test -e .git && git rev-parse --short=7 HEAD 2>/dev/null) cargo build --release --locked

# The servers of the live tests stay outside the clone, in a folder named after what they are built from.
SERVERS_KEY = $(shell cat tests/servers/go.mod tests/servers/go.sum | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c1-16)
SERVERS = $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kubectl-calicoq/servers/$(SERVERS_KEY)
ASSETS = $(or $(KUBEBUILDER_ASSETS),$(SERVERS))
GO_NEEDED = $(shell awk '$$1 == "go" { print $$2 }' tests/servers/go.mod)
KUBERNETES = $(shell awk '$$1 == "require" && $$2 == "k8s.io/kubernetes" { print $$3 }' tests/servers/go.mod)
NO_SERVERS = THE LIVE TESTS DID NOT RUN: INSTALL GO $(GO_NEEDED) OR NEWER (https://go.dev/dl), OR SET KUBEBUILDER_ASSETS TO A FOLDER WITH kube-apiserver, etcd AND kubectl

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup ## Build the tool and ask it about a pod and a host endpoint of an example cluster
	@$(RELEASE)
	@set -e; for what in "-n shop web-1" "hep/node-a-eth0"; do \
	  printf '\n$$ kubectl calicoq -f tests/worlds/shop endpoint %s\n' "$$what"; \
	  "$(BINARY)" -f tests/worlds/shop endpoint $$what; \
	done

# tool:packages, the packages by their names with apt, dnf, apk and brew, several joined by +.
TOOLS = \
  cc:build-essential:gcc:build-base:gcc \
  etcd:etcd-server:etcd:etcd:etcd \
  git:git:git:git:git \
  jq:jq:jq:jq:jq \
  openssl:openssl:openssl:openssl:openssl \
  protoc:protobuf-compiler+libprotobuf-dev:protobuf-compiler+protobuf-devel:protoc+protobuf-dev:protobuf \
  zip:zip:zip:zip:zip

# protoc without the files that every .proto imports is as good as none.
PRESENT = present() { \
  command -v $$1 >/dev/null 2>&1 || return 1; test $$1 = protoc || return 0; \
  echo 'syntax = "proto3"; import "google/protobuf/descriptor.proto";' | \
    protoc -I/dev --descriptor_set_out=/dev/null /dev/stdin 2>/dev/null; }

setup: ## Install what building and testing need, or say what to install
	@set -e; $(PRESENT); missing=; apt=; dnf=; apk=; brew=; \
	for entry in $(TOOLS); do \
	  IFS=:; set -- $$entry; unset IFS; \
	  present $$1 && continue; \
	  missing="$$missing $$1"; apt="$$apt $$2"; dnf="$$dnf $$3"; apk="$$apk $$4"; brew="$$brew $$5"; \
	done; \
	if [ -n "$$missing" ]; then \
	  has() { command -v $$1 >/dev/null 2>&1; }; \
	  if has brew; then install="brew install$$brew"; \
	  elif has apt-get; then install="apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends$$apt"; \
	  elif has dnf; then install="dnf install -y$$dnf"; \
	  elif has apk; then install="apk add$$apk"; \
	  else echo "missing:$$missing; install them and try again" >&2; exit 1; fi; \
	  install=$$(echo "$$install" | tr + ' '); \
	  if [ "$$(id -u)" != 0 ] && ! has brew; then echo "missing:$$missing; run as root: $$install" >&2; exit 1; fi; \
	  echo "missing:$$missing; running: $$install"; sh -c "$$install" </dev/null; \
	fi; \
	if ! command -v cargo >/dev/null 2>&1; then echo "missing: cargo; install Rust from https://rustup.rs" >&2; exit 1; fi; \
	for tool in rustfmt:fmt clippy:clippy; do \
	  cargo $${tool#*:} --version >/dev/null 2>&1 || rustup component add $${tool%%:*} || \
	    { echo "missing: $${tool%%:*}; install it beside cargo" >&2; exit 1; }; \
	done

build: setup ## Build the tool with the release profile
	$(RELEASE)

# That live tests were skipped is said last, where it is seen.
test: setup servers lint ## Run everything that CI runs
	@echo 'cargo test --locked'; CALICOQ_TEST_SERVERS=$$(test -x "$(ASSETS)/kube-apiserver" && echo "$(ASSETS)") cargo test --locked
	@test -x "$(ASSETS)/kube-apiserver" || echo '$(NO_SERVERS)'

lint: setup ## Check format, lints and docs
	cargo fmt --check
	cargo clippy --all-targets --locked -- -D warnings
	RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --document-private-items --locked

bench: setup servers ## Measure the speed beside its targets and floors
	$(AWS_LC) cargo build --profile dist --locked
	CALICOQ_DIST_BINARY="$${CARGO_TARGET_DIR:-$(CURDIR)/target}/dist/kubectl-calicoq" \
	  CALICOQ_TEST_SERVERS="$(ASSETS)" cargo bench --locked

# PROGRAM:PACKAGE; the packages are in the modules of the `tool` lines of tests/servers/go.mod.
PROGRAMS = \
  etcd:go.etcd.io/etcd/server/v3 \
  kube-apiserver:k8s.io/kubernetes/cmd/kube-apiserver \
  kubectl:k8s.io/kubernetes/cmd/kubectl \
  krew:sigs.k8s.io/krew/cmd/krew \
  validate-krew-manifest:sigs.k8s.io/krew/cmd/validate-krew-manifest

servers: setup ## Build kube-apiserver, etcd, kubectl and krew for the tests, once (KUBEBUILDER_ASSETS instead, if set)
	@set -e; \
	if [ -n "$(KUBEBUILDER_ASSETS)" ]; then \
	  for name in kube-apiserver etcd kubectl; do \
	    test -x "$(ASSETS)/$$name" || { echo "KUBEBUILDER_ASSETS is $(ASSETS), which has no $$name" >&2; exit 1; }; \
	  done; \
	  exit 0; \
	fi; \
	missing=; for entry in $(PROGRAMS); do test -x "$(SERVERS)/$${entry%%:*}" || missing="$$missing $$entry"; done; \
	test -n "$$missing" || exit 0; \
	if ! go -C tests/servers version >/dev/null 2>&1; then \
	  echo '$(NO_SERVERS)' >&2; \
	  if [ "$${CI:-}" = true ]; then exit 1; else exit 0; fi; \
	fi; \
	echo "building the servers of the tests, once, into $(SERVERS): up to ten minutes on two cores"; \
	mkdir -p "$(SERVERS)"; \
	for entry in $$missing; do \
	  name=$${entry%%:*}; echo "building $$name"; \
	  CGO_ENABLED=0 go -C tests/servers build -mod=readonly -trimpath \
	    -ldflags '-s -w -X k8s.io/component-base/version.gitVersion=$(KUBERNETES)' -o "$(SERVERS)/$$name.part" "$${entry#*:}"; \
	  mv "$(SERVERS)/$$name.part" "$(SERVERS)/$$name"; \
	done

man: build ## Write the manual page, kubectl-calicoq.1, beside the tool
	"$(BINARY)" __man > "$(BINARY).1"

install: man ## Install the tool, its completion for kubectl and its manual page into PREFIX/bin and PREFIX/share/man
	@mkdir -p "$(PREFIX)/bin" "$(PREFIX)/share/man/man1"
	install -m 755 "$(BINARY)" "$(PREFIX)/bin/kubectl-calicoq"
	install -m 755 plugin-manifest/kubectl_complete-calicoq "$(PREFIX)/bin/kubectl_complete-calicoq"
	install -m 644 "$(BINARY).1" "$(PREFIX)/share/man/man1/kubectl-calicoq.1"

clean: ## Remove what was built here; the servers stay in the cache
	cargo clean
	rm -rf dist

include plugin-manifest/dist.mk

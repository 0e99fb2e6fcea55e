# What ships: archives of the `dist` profile and the manifest for krew.

# What to build for, and where archives go.
TARGET ?= $(shell rustc -vV | awk '$$1 == "host:" { print $$2 }')
DIST ?= dist
# The newest glibc that a Linux archive may need. Below the build machine's own, cargo-zigbuild builds it.
GLIBC ?= 2.17
# Where releases are published, as in https://HOST/OWNER/NAME; without it the manifest names the archives in DIST.
REPOSITORY ?=
MOST_BYTES = 12000000
# How hard gzip tries: tests pack a debug binary, and fast.
SQUEEZE = -9

VERSION = $(shell awk -F '"' '$$1 == "version = " { print $$2; exit }' Cargo.toml)
# The time of every file in an archive: that of the commit; outside a clone the first that zip knows.
EPOCH = $(or $(SOURCE_DATE_EPOCH),$(shell test -e .git && git log -1 --format=%ct 2>/dev/null),315532800)
TOUCH_TIME = $(shell date -u -d @$(EPOCH) +%Y%m%d%H%M.%S 2>/dev/null || date -u -r $(EPOCH) +%Y%m%d%H%M.%S)
SHA256 = $(shell command -v sha256sum >/dev/null 2>&1 && echo sha256sum || echo 'shasum -a 256')

# Targets as krew names them.
PLATFORM_x86_64-unknown-linux-gnu = linux_amd64
PLATFORM_aarch64-unknown-linux-gnu = linux_arm64
PLATFORM_x86_64-apple-darwin = darwin_amd64
PLATFORM_aarch64-apple-darwin = darwin_arm64
PLATFORM_x86_64-pc-windows-gnu = windows_amd64
PLATFORM_x86_64-pc-windows-msvc = windows_amd64
PLATFORM = $(or $(PLATFORM_$(TARGET)),$(error TARGET=$(TARGET) is none of the platforms of plugin-manifest/calicoq.yaml))
WINDOWS = $(findstring windows,$(TARGET))
GNU = $(findstring linux-gnu,$(TARGET))

NAME = kubectl-calicoq_v$(VERSION)_$(PLATFORM)
ARCHIVE = $(NAME)$(if $(WINDOWS),.zip,.tar.gz)
PROGRAM = kubectl-calicoq$(if $(WINDOWS),.exe)
# In the order of their names, so that archives are the same wherever they are made.
FILES = LICENSE README.md $(PROGRAM) $(if $(WINDOWS),,kubectl_complete-calicoq)

TARGET_DIR = $${CARGO_TARGET_DIR:-$(CURDIR)/target}
CARGO_FOLDER = $${CARGO_HOME:-$$HOME/.cargo}
# The last that fits counts.
REMAP = --remap-path-prefix=$$HOME=/home --remap-path-prefix=$(CARGO_FOLDER)=/cargo \
  --remap-path-prefix=$(CURDIR)=/calicoq --remap-path-prefix=$(TARGET_DIR)=/target
# Without the further copies of aws-lc's ciphers for AVX-512, which are 0.7 MB; those for AVX2 and AES-NI stay. Its C is
# made for size: what is quick in it is assembly.
AWS_LC = AWS_LC_SYS_CFLAGS="-DMY_ASSEMBLER_IS_TOO_OLD_FOR_512AVX -Os"
DIST_BINARY = $(TARGET_DIR)/$(TARGET)/dist/$(PROGRAM)

ZIGBUILD = $(shell cargo zigbuild --help >/dev/null 2>&1 && echo yes)
OWN_GLIBC = $(shell getconf GNU_LIBC_VERSION 2>/dev/null | awk '{ print $$2 }')
# Whether the second of two versions is not older than the first.
UP_TO = test "$$(printf '%s\n' $(1) $(2) | sort -V | tail -n 1)" = "$(2)"

dist: setup ## Build what ships for TARGET, check it, and pack it into dist/ with its checksum
	@set -e; command=build; triple=$(TARGET); \
	if [ -n "$(GNU)" ]; then \
	  if [ -n "$(ZIGBUILD)" ]; then command=zigbuild; triple=$(TARGET).$(GLIBC); \
	  elif ! $(call UP_TO,$(OWN_GLIBC),$(GLIBC)); then \
	    echo "built here, the archive may need glibc $(OWN_GLIBC), and GLIBC=$(GLIBC): install zig and cargo-zigbuild" >&2; \
	    echo "(pip install ziglang; cargo install --locked cargo-zigbuild), or say GLIBC=$(OWN_GLIBC)" >&2; exit 1; \
	  fi; \
	fi; \
	export RUSTFLAGS="$(REMAP)" $(AWS_LC) CALICOQ_COMMIT=$$(test -e .git && git rev-parse --short=7 HEAD 2>/dev/null); \
	echo "cargo $$command --profile dist --locked --target $$triple"; \
	cargo $$command --profile dist --locked --target $$triple
	@$(MAKE) --no-print-directory fit archive "BUILT=$(DIST_BINARY)"

# Small, without paths of the machine that built it, and for old systems too.
fit:
	@set -e; bytes=$$(wc -c <"$(BUILT)"); echo "$(PROGRAM): $$((bytes)) bytes"; \
	test "$$bytes" -le $(MOST_BYTES) || { echo "that is more than $(MOST_BYTES)" >&2; exit 1; }; \
	for path in "$$HOME/" "$(CURDIR)/" "$(TARGET_DIR)/" "$(CARGO_FOLDER)/"; do \
	  case $$path in /?*) ;; *) continue;; esac; \
	  if LC_ALL=C grep -aqF -e "$$path" "$(BUILT)"; then echo "$(BUILT) holds the path $$path" >&2; exit 1; fi; \
	done; \
	test -n "$(GNU)" || exit 0; \
	needed=$$(readelf --wide --version-info "$(BUILT)" | grep -o 'GLIBC_[0-9][0-9.]*' | sed 's/GLIBC_//' | sort -Vu | tail -n 1); \
	test -n "$$needed" || { echo "$(BUILT) names no version of glibc" >&2; exit 1; }; \
	echo "$(PROGRAM): needs glibc $$needed; GLIBC=$(GLIBC)"; \
	$(call UP_TO,$$needed,$(GLIBC)) || { echo "that is newer" >&2; exit 1; }

# Packs the program at BUILT. Bytes depend on what is packed and on EPOCH, on nothing else.
archive:
	@set -e; test -f "$(BUILT)" || { echo "BUILT=$(BUILT) is no file" >&2; exit 1; }; \
	mkdir -p "$(DIST)"; out=$$(cd "$(DIST)" && pwd)/$(ARCHIVE); \
	stage=$$(mktemp -d); trap 'rm -rf "$$stage"' EXIT; \
	cp LICENSE README.md plugin-manifest/kubectl_complete-calicoq "$$stage"; cp "$(BUILT)" "$$stage/$(PROGRAM)"; \
	cd "$$stage"; chmod 644 LICENSE README.md; chmod 755 kubectl*; \
	export TZ=UTC COPYFILE_DISABLE=1; touch -t $(TOUCH_TIME) *; rm -f "$$out"; \
	if [ -n "$(WINDOWS)" ]; then zip -q -X -9 "$$out" $(FILES); \
	else \
	  case $$(tar --version) in *GNU*) owner='--owner=0 --group=0 --numeric-owner';; *) owner='--uid 0 --gid 0 --numeric-owner';; esac; \
	  tar -c -f archive.tar --format=ustar $$owner $(FILES); gzip -n $(SQUEEZE) <archive.tar >"$$out"; \
	fi; \
	cd "$${out%/*}"; $(SHA256) $(ARCHIVE) >$(ARCHIVE).sha256; cat $(ARCHIVE).sha256

dist-check: dist ## Build what ships again from a clone in another folder, and compare the bytes
	@set -e; test -z "$$(git status --porcelain)" || { echo "commit first: a clone has only what is committed" >&2; exit 1; }; \
	clone=$$(mktemp -d)/another-folder; trap 'rm -rf "$${clone%/*}"' EXIT; \
	git clone -q --no-local . "$$clone"; git -C "$$clone" checkout -q --detach $$(git rev-parse HEAD); \
	env -u CARGO_TARGET_DIR $(MAKE) --no-print-directory -C "$$clone" dist DIST=dist; \
	cmp "$(DIST)/$(ARCHIVE)" "$$clone/dist/$(ARCHIVE)"; echo "$(ARCHIVE): the same bytes from two folders"

manifest: ## Fill in the manifest for krew with the archives in dist/, into dist/calicoq.yaml
	@set -e; template=$$(pwd)/plugin-manifest; cd "$(DIST)"; \
	archives=$$(ls kubectl-calicoq_v$(VERSION)_*.tar.gz kubectl-calicoq_v$(VERSION)_*.zip 2>/dev/null) || true; \
	test -n "$$archives" || { echo "$(DIST) has no archive of v$(VERSION): make dist first" >&2; exit 1; }; \
	for archive in $$archives; do \
	  $(SHA256) -c $$archive.sha256 >/dev/null 2>&1 || { echo "$$archive is not what its checksum says" >&2; exit 1; }; \
	done; \
	for archive in $$archives; do cat $$archive.sha256; done >sums.part; \
	repository="$(REPOSITORY)"; uri="$${repository:+$$repository/releases/download/v$(VERSION)}"; \
	awk -f "$$template/fill.awk" -v version=$(VERSION) -v repository="$$repository" -v archives="$${uri:-file://$$(pwd)}" \
	  sums.part "$$template/calicoq.yaml" >calicoq.yaml.part || { rm -f *.part; exit 1; }; \
	mv calicoq.yaml.part calicoq.yaml; rm sums.part; echo "$(DIST)/calicoq.yaml: $$archives" | tr '\n' ' '; echo

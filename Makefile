# Fengsui 烽燧: everything is built under $(BUILD); nothing is written beside the sources.
# `make help` lists what can be asked for. What CI does, `make test` does.

CC      ?= cc
PREFIX  ?= /usr/local
BUILD   ?= build
SECONDS ?= 60
JOBS    ?= $(shell nproc)

# The only list of packages (Debian 12 names). `make deps` installs what is missing.
PACKAGES = build-essential pkg-config ca-certificates git \
           libpcap-dev libndpi-dev libmaxminddb-dev libhiredis-dev libcmocka-dev \
           libvectorscan-dev libpcre2-dev libssl-dev libsqlite3-dev libpq-dev libseccomp-dev libcap-ng-dev \
           libevent-dev libjansson-dev libyaml-dev zlib1g-dev libbrotli-dev libnghttp2-dev libmagic-dev libcurl4-openssl-dev \
           ieee-data redis-server python3-minimal python3 libmaxmind-db-writer-perl clang libclang-rt-14-dev \
           chromium fonts-noto-cjk iproute2 libndpi-bin tshark postgresql python3-aiosmtpd openssl libxml2-utils

# Node as Debian has it, unless some other is there: other vendors' packages conflict with it.
NODE     = $(if $(shell command -v node),,nodejs) $(if $(shell command -v npm),,npm)
SUDO    := $(if $(filter 0,$(shell id -u)),,sudo)

# Libraries, by pkg-config. A program keeps only those that it calls (--as-needed).
PKGS     = libpcap libndpi libmaxminddb hiredis libhs libpcre2-8 libcrypto sqlite3 libpq libseccomp libcap-ng \
           libevent jansson yaml-0.1 zlib libbrotlidec libnghttp2 libmagic libcurl libssl
WARN     = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
           -Wcast-qual -Wwrite-strings -Wconversion -Wformat=2 -Wvla
CFLAGS  ?= -O2 -g
VERSION := $(shell sed -n '1s/^Fengsui \([0-9.]*\).*/\1/p' NEWS)
ALL_CFLAGS  = -std=c11 -D_GNU_SOURCE -DFENGSUI_VERSION='"$(VERSION)"' -pthread -fstack-protector-strong \
              -I lib -I sensor -I platform -I . $(WARN) $(PKG_CFLAGS) \
              $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=undefined) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = -pthread -Wl,--as-needed $(if $(SAN),-fsanitize=$(SAN)) $(LDFLAGS)
ALL_LDLIBS  = $(PKG_LIBS) -lm $(LDLIBS)
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(PKGS) 2>/dev/null))
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

# Every room's code is one archive; a program is its main.c and what it calls of the archive.
# ROOMS narrows a build to the rooms one works in: make ROOMS="lib sensor/flow" build/tests/unit/flow/test_table
ROOMS    ?= lib dissectors sensor platform dashboards/server
sources  := $(shell find $(ROOMS) -name "*.c" 2>/dev/null)
objects  := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/main.c,$(sources)))
support  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/support/*.c))
archive   = $(BUILD)/fengsui.a

program_fengsui-sensor     = sensor/main.c
program_fengsui-correlator = platform/correlator/main.c
program_fengsui-notifier   = platform/notifier/main.c
program_fengsui-archiver   = platform/archive/main.c
program_fengsui-report     = platform/report/main.c
program_fengsui            = platform/ctl/main.c
program_fengsui-dashboard  = dashboards/server/main.c
names     = fengsui fengsui-sensor fengsui-correlator fengsui-notifier fengsui-archiver fengsui-report fengsui-dashboard
programs := $(foreach n,$(names),$(if $(wildcard $(program_$(n))),$(BUILD)/$(n)))

unit     := $(patsubst %.c,$(BUILD)/%,$(shell find tests/unit -name 'test_*.c' 2>/dev/null))
tools    := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/system/*.c tests/bench/*.c))
fuzzers  := $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))

.DEFAULT_GOAL := all
.PHONY: all deps run test check sanitize fuzz fuzzers lint bench install clean help web browser tools man
.SECONDARY:

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install the packages that are missing (as root or with sudo)
	@missing=; for p in $(PACKAGES) $(NODE); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
	[ -z "$$missing" ] || { echo "installing$$missing"; export DEBIAN_FRONTEND=noninteractive; \
		$(SUDO) apt-get update -qq && $(SUDO) apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }

# The packages may only now be there, so what needs them is made by a make that starts after them.
run: deps ## everything on this machine: a private Redis, all programs, the drill (AGAIN=1: a new one)
	@$(MAKE) --no-print-directory -j$(JOBS) all web
	@$(MAKE) --no-print-directory $(if $(AGAIN),-B) run/exercise/sensors.csv
	@exec $(BUILD)/fengsui up --dir run --share . --web $(BUILD)/web --exercise run/exercise $(UP)

test: deps ## every test there is: units, sanitizers, fuzzing, rules, system, browser, oracles
	@BUILD=$(abspath $(BUILD)) JOBS=$(JOBS) tests/run.sh

lint: ## includes against the layout, and what else can be seen without running
	@tests/lint/run.sh

bench: all tools ## speed beside a peer, in one run (needs the oracles' captures beside the project)
	@BUILD=$(BUILD) tests/bench/run.sh

# The drill ends about now, so that the console shows today.
run/exercise/sensors.csv:
	@rm -rf run/exercise && mkdir -p run
	@python3 tests/traffic/make.py exercise --out run/exercise --start "$$(date -u -d '-95 minutes' +%Y-%m-%dT%H:%M:%SZ)"
	@perl deploy/exercise/countries.pl flat deploy/exercise/countries.csv run/exercise/countries.mmdb
	@cp deploy/exercise/sensors.csv run/exercise/

docs/events.md: $(BUILD)/fengsui-sensor
	$(BUILD)/fengsui-sensor --list-fields > $@

docs/workflow.md: $(BUILD)/fengsui
	$(BUILD)/fengsui command --page > $@
all: $(programs) ## build the programs into $(BUILD)

check: $(unit) ## build and run the unit tests
	@tests/support/each.sh $(unit)

sanitize: ## the same tests under ASan and UBSan, in a build of their own
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/san SAN=address,undefined CFLAGS="-O1 -g" check

fuzz: ## fuzz every parser for SECONDS (60) each
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/clang CC=clang SAN=fuzzer-no-link,address,undefined CFLAGS="-O1 -g" fuzzers
	@BUILD=$(BUILD)/clang SECONDS=$(SECONDS) tests/fuzz/run.sh

fuzzers: $(fuzzers)

# npm's packages are installed below $(BUILD) as well; the lock files name exact versions and hashes.
npm_ci = mkdir -p $(BUILD)/npm/$(2) && cp -R $(1) $(BUILD)/npm/$(2)/ && cd $(BUILD)/npm/$(2) && npm ci --no-audit --no-fund
page_src := $(shell find dashboards/web -path '*/node_modules' -prune -o -type f -print 2>/dev/null)

web: $(BUILD)/web/index.html ## build the console's page into $(BUILD)/web

$(BUILD)/web/index.html: $(page_src)
	$(call npm_ci,dashboards/web/src dashboards/web/*.json dashboards/web/build.mjs dashboards/web/.npmrc,web)
	cd $(BUILD)/npm/web && npm run check && npm run build -- --out $(abspath $(BUILD)/web)

$(BUILD)/npm/browser/.ready: tests/browser/package-lock.json
	$(call npm_ci,tests/browser/package*.json tests/browser/.npmrc,browser)
	@touch $@

browser: all web $(BUILD)/npm/browser/.ready ## the console in a real browser over real parts
	@BUILD=$(abspath $(BUILD)) node tests/browser/console.mjs

tools: $(tools)

# Manual pages: the settings' one is made from the programs' own tables, each section from one program.
pages  := $(patsubst docs/man/%,$(BUILD)/man/%,$(wildcard docs/man/*.[1-8]))
tabled  = fengsui-sensor fengsui-correlator fengsui-notifier fengsui-archiver fengsui-report fengsui-dashboard
man: $(pages) ## the manual pages, into $(BUILD)/man

$(BUILD)/man/fengsui.yaml.5: $(programs)
$(BUILD)/man/%: docs/man/%
	@mkdir -p $(@D)
	@$(if $(findstring yaml,$*),for p in $(tabled); do $(BUILD)/$$p --list-settings; done | \
		awk '/^\.SS / { known = $$2 in seen; seen[$$2] = 1 } !known' > $(BUILD)/man/settings)
	@sed -e 's/@VERSION@/$(VERSION)/' $(if $(findstring yaml,$*),-e '/^@SETTINGS@$$/{r $(BUILD)/man/settings' -e 'd}') $< > $@

# Files that name where they are installed, and units that share one sandbox.
share    = $(DESTDIR)$(PREFIX)/share
lib      = $(DESTDIR)$(PREFIX)/lib
placed   = sed -e '/^@SANDBOX@$$/{r deploy/systemd/sandbox.conf' -e 'd}' -e 's|@PREFIX@|$(PREFIX)|g'

install: all web man ## install below $(DESTDIR)$(PREFIX); deploy/README.md says what comes then
	install -d $(DESTDIR)$(PREFIX)/bin $(addprefix $(share)/,fengsui/web fengsui/rules/ot fengsui/data fengsui/deploy \
		bash-completion/completions man/man1 man/man5 man/man8) \
		$(addprefix $(lib)/,systemd/system/redis-server@fengsui.service.d sysusers.d tmpfiles.d)
	install -m 0755 $(programs) $(DESTDIR)$(PREFIX)/bin
	cp -R $(BUILD)/web/. $(share)/fengsui/web
	install -m 0644 $(wildcard rules/*.*) $(share)/fengsui/rules
	install -m 0644 $(wildcard rules/ot/*) $(share)/fengsui/rules/ot
	install -m 0644 deploy/data/* $(share)/fengsui/data
	for page in $(pages); do install -m 0644 $$page $(share)/man/man$${page##*.}; done
	install -m 0644 deploy/README.md deploy/logrotate deploy/redis/redis-fengsui.conf deploy/redis/fengsui.acl.in \
		$(share)/fengsui/deploy
	install -m 0755 deploy/redis/make-acl.sh $(share)/fengsui/deploy
	$(placed) deploy/fengsui.yaml.in > $(share)/fengsui/deploy/fengsui.yaml
	for u in deploy/systemd/*.service.in; do t=$${u##*/}; $(placed) $$u > $(lib)/systemd/system/$${t%.in}; done
	install -m 0644 deploy/systemd/*.timer $(lib)/systemd/system
	install -m 0644 deploy/systemd/redis-server@fengsui.conf $(lib)/systemd/system/redis-server@fengsui.service.d/fengsui.conf
	install -m 0644 deploy/sysusers.conf $(lib)/sysusers.d/fengsui.conf
	install -m 0644 deploy/tmpfiles.conf $(lib)/tmpfiles.d/fengsui.conf
	install -m 0644 deploy/completion/fengsui.bash $(share)/bash-completion/completions/fengsui
	for p in $(filter-out fengsui,$(names)); do ln -sf fengsui $(share)/bash-completion/completions/$$p; done

clean: ## remove $(BUILD)
	$(RM) -r $(BUILD)

.SECONDEXPANSION:
$(programs): $(BUILD)/%: $(BUILD)/$$(program_$$*:.c=.o) $(archive)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LDLIBS)

$(unit) $(tools): $(BUILD)/%: $(BUILD)/%.o $(support) $(archive)
	$(CC) $(ALL_LDFLAGS) -o $@ $^ $(ALL_LDLIBS) -lcmocka

$(fuzzers): $(BUILD)/fuzz/%: $(BUILD)/tests/fuzz/%.o $(support) $(archive)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(ALL_LDLIBS) -lcmocka

$(archive): $(objects)
	@$(RM) $@
	ar crs $@ $^

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

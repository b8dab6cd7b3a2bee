# make            builds out/hexad: NativeAOT, or the portable build when there is no C linker
# make install    installs it into PREFIX (default /usr/local), with its other names and a sample configuration
# make demo       builds it and starts a cluster of six nodes on 127.0.0.1, .2 and .3
# make test       runs every test
# make bench      measures it beside a real server
# make fuzz TARGET=name SECONDS=n  throws bytes at one parser (fuzz list names them: request, payload, listpack, …), guided by what they reach
# make sim SEED=n replays a schedule of the simulator; make sim [SCHEDULES=m] plays fresh ones

PREFIX ?= /usr/local
SEED ?=
SCHEDULES ?=
TARGET ?=
SECONDS ?= 60
SOURCES := $(shell find src gen -name '*.cs' -o -name '*.csproj' | grep -v /obj/) Directory.Build.props Directory.Packages.props global.json

export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT = 1
export DOTNET_CLI_TELEMETRY_OPTOUT = 1
export DOTNET_NOLOGO = 1

.PHONY: all install demo test bench sim fuzz clean

all: out/.built

out/.built: $(SOURCES) scripts/build
	@scripts/build
	@touch $@

install: all
	@scripts/install "$(PREFIX)"

demo:
	@scripts/prepare build
	@$(MAKE) --no-print-directory all
	@out/hexad up

test:
	@scripts/prepare build test
	@$(MAKE) --no-print-directory all
	@scripts/run-tests

bench: all
	@scripts/prepare build test
	@scripts/bench

sim:
	@scripts/prepare build
	@scripts/sim "$(SEED)" "$(SCHEDULES)"

fuzz:
	@scripts/prepare build
	@scripts/fuzz "$(TARGET)" "$(SECONDS)"

clean:
	rm -rf out

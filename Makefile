# Needs Go, make and git. All else that building and testing needs is fetched from
# pinned Go modules and built into .pulumi/ by "make tools", once.

GO ?= go
TOOLS := .pulumi/bin
# The version that the programs report; a development version if empty.
VERSION ?=

.DEFAULT_GOAL := help
.PHONY: help demo build test check lint generated unit end-to-end coverage-api tools generate bench soak dist api-drift clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: tools build ## run the whole story against the local API, without an account
	@$(GO) run ./internal/demo

build: ## build the provider and the emulator into bin/
	@mkdir -p bin
	@echo "build: bin/pulumi-resource-castai"
	@$(GO) run ./internal/toolchain/plugin -o bin/pulumi-resource-castai -version "$(VERSION)"
	@echo "build: bin/castai-emulator"
	@$(GO) build -trimpath -ldflags "-s -w $(if $(VERSION),-X main.version=$(VERSION))" -o bin/ ./cmd/castai-emulator

test: check end-to-end ## run every check and every test; what CI runs

check: lint generated unit ## lint, check the generated files, run the unit tests

lint: tools
	@echo "lint: gofmt"
	@# The files of this module alone: programs below tests/seed are kept as they were given.
	@files=$$(gofmt -l tools/drift $$($(GO) list -f '{{.Dir}}/*.go' ./...)); \
		if [ -n "$$files" ]; then echo "not formatted by gofmt:"; echo "$$files"; exit 1; fi
	@echo "lint: go vet"
	@$(GO) vet ./... && $(GO) -C tools/drift vet .
	@echo "lint: staticcheck"
	@$(TOOLS)/staticcheck ./...

generated:
	@GO="$(GO)" MAKE="$(MAKE)" scripts/check-generated.sh

# Everything but the tests of whole programs. One package of them, internal/testengine,
# runs Pulumi, though no provider. The data race detector, which needs a C compiler, is for
# the client alone: elsewhere it would compile Pulumi and SQLite once more.
unit: tools
	@echo "unit tests"
	@$(GO) test -timeout 20m $$($(GO) list ./... | grep -v /tests/)
	@$(GO) -C tools/drift test .
	@if [ "$$($(GO) env CGO_ENABLED)" = 1 ]; then \
		$(GO) test -race ./internal/api; \
	else echo "data races: not checked, there is no C compiler"; fi

# Whole programs, whose parts the test cache does not see: they always run.
end-to-end: tools
	@echo "end-to-end tests"
	@$(GO) run ./internal/testreport -timeout 60m ./tests/...

coverage-api: ## report which fields of the API the resources cover; "make test" checks it too
	@$(GO) test ./provider -count=1 -v -run '^(TestCoverage|TestUpstreamNamesAreKept)$$' | grep -v '^ *\(=== \|--- PASS\)'

tools: ## build the missing ones of Pulumi, its language hosts and the linter
	@$(GO) run ./internal/toolchain/install

generate: ## write the schema, the SDKs and the documentation
	@$(GO) run ./internal/generate

bench: tools build ## measure the provider against the engine's floor, and the emulator
	@$(GO) run ./internal/bench

# How many times "make soak" kills the emulator: about a second each.
SOAK ?= 200

soak: ## load, disturb and kill the emulator for some minutes, and look whether anything was lost
	@SOAK="$(SOAK)" $(GO) test ./cmd/castai-emulator -count=1 -timeout 60m -v -run '^TestSoak$$'

dist: ## make the files of a release; VERSION=1.2.3 [PLATFORMS=linux/amd64,...] [SDKS=none|all]
	@$(GO) run ./internal/dist -version "$(VERSION)" -platforms "$(PLATFORMS)" $(if $(SDKS),-sdks "$(SDKS)")

api-drift: ## compare the wire contract with the description that CAST AI publishes; SPEC=file or URL [ALL=1]
	@$(GO) -C tools/drift build -o $(CURDIR)/$(TOOLS)/api-drift .
	@$(TOOLS)/api-drift $(if $(ALL),-all) "$(SPEC)"

clean: ## remove what was built and downloaded
	rm -rf .pulumi bin dist

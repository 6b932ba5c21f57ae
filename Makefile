# Everything a contributor needs has a target here, and CI calls the same ones.

GO ?= go

.PHONY: help
help: ## say what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# SQLite and its C library are translated from C: their memory is none that the race detector knows, and under it they are
# ten times slower. What is not theirs is watched, the driver included.
translated = -gcflags=modernc.org/sqlite/lib=-race=false -gcflags=modernc.org/libc=-race=false

.PHONY: test
test: ## install what is missing where we may, then check formatting, vet and run every test with -race
	@tools/setup
	@test -z "$$(gofmt -l .)" || { echo "not formatted (run gofmt -w):"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	$(GO) test -C tools ./gotest
	@$(GO) run -C tools ./gotest -race $(translated) -timeout 30m ./...

.PHONY: lint
lint: bin/golangci-lint ## run the pinned linters (the first time builds them: some minutes)
	bin/golangci-lint run ./...

bin/golangci-lint: tools/go.mod tools/go.sum
	cd tools && $(GO) build -o ../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: bench
bench: ## measure ourselves against peers and limits: the figures of docs/performance.md
	cd bench && $(GO) run . -write ../docs/performance.md

.PHONY: torture
torture: ## kill -9 at every failpoint; then a thousand kills on each store among partitions, outages and more, which go on where they were interrupted
	TENUTO_TORTURE_SWEEP=all $(GO) test -run 'TestSweep|TestFirstStart|TestRekey' -timeout 0 ./internal/torture
	TENUTO_TORTURE_ROUNDS=$${TENUTO_TORTURE_ROUNDS:-1000} TENUTO_TORTURE_DIR=$${TENUTO_TORTURE_DIR:-$(CURDIR)/.torture} \
		$(GO) test -run TestTorture -timeout 0 -v ./internal/torture
	TENUTO_CRASH_ROUNDS=1000 $(GO) test -run Crash -timeout 0 -v ./internal/vault/sqlite

.PHONY: cover
cover: ## run the tests and show how much of each package they reach
	$(GO) test -coverprofile=coverage.out -coverpkg=./... ./...
	$(GO) tool cover -func=coverage.out | tail -n 1

.PHONY: api
api: ## accept the exported API as it is now: writes testdata/api
	$(GO) test -run TestAPI . -update

#!/usr/bin/env bash
# The Go client and its example: formatted, tidy, vetted, tested with the race detector.
# shellcheck source=scripts/clients/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up use_go
staticcheck=$(set_up go_tool "$STATICCHECK")

# check FOLDER FLAG...: a module; its tests run with the flags.
check() {
  cd "$ROOT/$1"
  shift
  local unformatted
  unformatted=$(gofmt -l .)
  [[ -z $unformatted ]] || { say "gofmt: $unformatted" && exit 1; }
  go mod tidy -diff
  go vet ./...
  "$staticcheck" ./...
  go test -count=1 "$@" ./...
}

check clients/go -race
check clients/go/examples/configmap

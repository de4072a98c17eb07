#!/usr/bin/env bash
# Every client against the same cases (tests/conformance/README.md). README.md must
# show the table that comes of it. With --bench it measures the clients instead.
# shellcheck source=scripts/clients/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up use_go
set_up use_node
python=$(set_up python_with newest)

"$python" tests/conformance/make_cases.py --check
(cd clients/go && go build -o "$TOOLS/conformance-go" ./internal/conformance)
(cd clients/typescript && npx tsc -p .)

# by_all SCRIPT: runs one of tests/conformance with the programs of all clients.
by_all() {
  PYTHONPATH=clients/python/src "$python" "tests/conformance/$1" --daemon "$PIPESCHED_DAEMON" \
    "C++=build/release/bin/conformance_program" \
    "Python=$python tests/conformance/programs/conformance.py" \
    "Go=$TOOLS/conformance-go" \
    "TypeScript=node clients/typescript/dist/conformance/main.js"
}

if [[ ${1:-} == --bench ]]; then
  by_all bench.py
  exit
fi

result=$(mktemp)
trap 'rm -f "$result"' EXIT
by_all runner.py | tee "$result"

if ! diff <(grep '^|' "$result") <(sed -n '/^| cases |/,/^$/p' README.md | grep '^|'); then
  say "README.md does not show this table"
  exit 1
fi

#!/usr/bin/env bash
# The contract is clean under buf's rules and breaks no client: it is compared
# with proto/baseline.binpb, the image of the last contract that clients rely on.
# Before the first release a breaking change may renew the baseline, in a commit
# of its own that says why:
#
#   build/tools/node_modules/.bin/buf build proto -o proto/baseline.binpb
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"

command -v npm >/dev/null || install_packages npm  # It brings buf.
tools=build/tools
mkdir -p "$tools"
cp scripts/tools/package.json "$tools"
(cd "$tools" && npm install --no-package-lock --no-audit --no-fund --loglevel=error) >&2
buf=$tools/node_modules/.bin/buf

"$buf" lint proto
"$buf" breaking proto --against proto/baseline.binpb

# The comparison sees a change that would break clients.
broken=$(mktemp -d)
trap 'rm -rf "$broken"' EXIT
cp -r proto/. "$broken"
sed -i 's/double makespan = 1;/double makespan = 99;/' "$broken/pipesched/v1/metrics.proto"
if "$buf" breaking "$broken" --against proto/baseline.binpb >/dev/null 2>&1; then
  say "buf did not see that a field number changed"
  exit 1
fi

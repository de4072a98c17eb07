#!/usr/bin/env bash
# The interactive page: its modules are type-checked, and tested in headless Chromium.
# With --bench it measures frames instead.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=scripts/toolchains.sh
source "$ROOT/scripts/toolchains.sh"

command -v npm >/dev/null || set_up install_packages nodejs npm
set_up install_packages chromium fonts-dejavu-core
cd "$ROOT/tests/pages"
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
  set_up npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
fi
npx --no-install tsc -p ../../render/html
if [[ ${1:-} == --bench ]]; then
  node bench.mjs
else
  node --test --test-reporter=spec .
fi

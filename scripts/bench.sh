#!/usr/bin/env bash
# Builds (release) and runs the benchmarks of tests/bench; arguments go to each
# of them, for example --benchmark_filter=Simulate.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages "${BUILD_PACKAGES[@]}"
(cd "$ROOT" && cmake --preset release && cmake --build build/release) >&2
for bench in "$ROOT"/build/release/bin/*_bench; do
  say "== $(basename "$bench")"
  PIPESCHED_BIN_DIR=$ROOT/build/release/bin "$bench" "$@"
done

#!/usr/bin/env bash
# clang-tidy (see .clang-tidy) over the C++ files that are not tests, with the
# flags of the release build, which must be configured.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"
[[ -f build/release/compile_commands.json ]] || cmake --preset release >/dev/null
cmake --build build/release --target pipesched_proto >/dev/null
git ls-files 'base/*.cc' 'engine/*.cc' 'render/*.cc' 'daemon/*.cc' 'clients/*.cc' |
  xargs -P "$(nproc)" -n 4 clang-tidy-14 -p build/release --quiet 2>/dev/null

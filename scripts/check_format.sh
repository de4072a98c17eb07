#!/usr/bin/env bash
# Every C++ file is as clang-format writes it.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"
git ls-files '*.h' '*.cc' | xargs clang-format-14 --dry-run --Werror

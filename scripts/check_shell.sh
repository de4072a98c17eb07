#!/usr/bin/env bash
# No shell script has anything that shellcheck warns of.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"
git ls-files '*.sh' .ci/run | xargs shellcheck -x

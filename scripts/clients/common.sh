# shellcheck shell=bash
# Shared by the scripts of this folder, which test.sh runs; sourced, not run.

# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
# shellcheck source=scripts/toolchains.sh
source "$ROOT/scripts/toolchains.sh"
cd "$ROOT"

export PIPESCHED_DAEMON=$ROOT/build/release/bin/pipeschedd

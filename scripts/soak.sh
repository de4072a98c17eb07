#!/usr/bin/env bash
# Builds (release) and runs the soak test: load of all sorts for SECONDS (default
# 600), after which memory, descriptors and threads must not have grown.
#
#   ./scripts/soak.sh [SECONDS]
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages "${BUILD_PACKAGES[@]}"
(cd "$ROOT" && cmake --preset release && cmake --build build/release --target soak) >&2
PIPESCHED_BIN_DIR=$ROOT/build/release/bin exec "$ROOT/build/release/bin/soak" "$@"

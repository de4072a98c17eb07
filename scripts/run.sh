#!/usr/bin/env bash
# Installs what is missing, builds pipesched (release) and runs it with the
# arguments given, in the current folder:
#
#   ./scripts/run.sh --num-stages 4 --num-batches 8
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

install_packages "${BUILD_PACKAGES[@]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
say "building pipesched (the first time takes some minutes)"
if ! { (cd "$ROOT" && cmake --preset release) && cmake --build "$ROOT/build/release" \
  --target pipesched; } >"$log" 2>&1; then
  cat "$log" >&2
  exit 70
fi
rm -f "$log"
trap - EXIT
exec "$ROOT/build/release/bin/pipesched" "$@"

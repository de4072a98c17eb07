# shellcheck shell=bash disable=SC2034 # its variables are used where it is sourced
# Shared by the scripts of this folder, which test.sh runs; sourced, not run.

# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
# shellcheck source=scripts/toolchains.sh
source "$ROOT/scripts/toolchains.sh"
cd "$ROOT"

VERSION=$(<VERSION)
PACKAGES=$ROOT/build/release/packages
SUITE=bookworm

# Files that were made from a commit have its time.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || echo 0)
export SOURCE_DATE_EPOCH

# skip WHY: ends as skipped; in CI as failed.
skip() {
  say "SKIPPED: $(basename "$0"): $*"
  [[ ${CI:-} == true ]] && exit 1
  exit 77
}

# need_root: roots and images are made by root only.
need_root() { [[ $(id -u) -eq 0 ]] || skip "needs root, to make a root file system"; }

# use_deploy_go: puts a Go on PATH that helm and the rest can be built with.
DEPLOY_GO=1.24.9
use_deploy_go() {
  export GOTOOLCHAIN=local
  at_least "$(go_version)" "$DEPLOY_GO" && return
  command -v go >/dev/null || install_packages golang-go
  local go_root=$TOOLS/go$DEPLOY_GO
  [[ -x $go_root/bin/go ]] || fetch_go "$DEPLOY_GO" "$go_root"
  export GOROOT=$go_root PATH=$go_root/bin:$PATH
}

# digest: of the JSON that pipesched prints.
digest() { grep -oE '"digest": *"[0-9a-f]{64}"'; }

# make_packages: builds the .deb files; prints nothing where all goes well.
make_packages() {
  local log status=0
  log=$(mktemp)
  {
    cmake --preset release &&
      cmake --build build/release --target pipesched pipeschedd pipesched_client &&
      rm -rf "$PACKAGES" &&
      cpack --config build/release/CPackConfig.cmake
  } >"$log" 2>&1 || status=$?
  [[ $status -eq 0 ]] || cat "$log" >&2
  rm -f "$log"
  return $status
}

# base_root: a Debian root with apt, as an archive that the scripts share.
base_root() {
  local archive=$ROOT/build/deploy/$SUITE.tar
  if [[ ! -f $archive ]]; then
    mkdir -p "$(dirname "$archive")"
    mmdebstrap --quiet --variant=apt --aptopt='APT::Install-Recommends "false"' \
      "$SUITE" "${archive%.tar}.part.tar" >&2
    mv "${archive%.tar}.part.tar" "$archive"
  fi
  printf '%s\n' "$archive"
}

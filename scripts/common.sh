# shellcheck shell=bash disable=SC2034 # its variables are used where it is sourced
# Shared by the scripts of this folder; sourced, not run.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Debian packages that building and the C++ tests need.
BUILD_PACKAGES=(
  ca-certificates ccache cmake fonts-dejavu-core g++ git libabsl-dev libbenchmark-dev libcairo2-dev
  libcivetweb-dev libcli11-dev libfreetype-dev libgmock-dev libgrpc++-dev libgtest-dev libpng-dev
  libprotobuf-dev libspdlog-dev libssl-dev libyaml-cpp-dev make ninja-build openssl pkg-config
  prometheus-cpp-dev protobuf-compiler protobuf-compiler-grpc python3
)

# What the checks need besides: a second compiler with its sanitizers, linters,
# and Python for scripts.
CHECK_PACKAGES=(
  clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev llvm-14 prometheus shellcheck valgrind
)

say() { printf '%s\n' "$*" >&2; }

# install_packages PACKAGE...: installs those that are missing. Quiet where none is.
install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  if ! command -v apt-get >/dev/null; then
    say "missing, and there is no apt-get to install it: ${missing[*]}"
    exit 69
  fi
  local as_root=()
  [[ $(id -u) -eq 0 ]] || as_root=(sudo)
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

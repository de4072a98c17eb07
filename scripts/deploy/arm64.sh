#!/usr/bin/env bash
# The command line for arm64: cross-compiled with the libraries of a Debian root of that
# architecture, run there under qemu, and its digests compared with this machine's.
# shellcheck source=scripts/deploy/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages "${BUILD_PACKAGES[@]}" crossbuild-essential-arm64 mmdebstrap qemu-user-static
need_root
[[ $(uname -m) == x86_64 ]] || skip "compares arm64 with amd64"

# Unpacked only: nothing of it runs but what the program loads. gRPC's CMake files want
# its plugin to be there.
root=$ROOT/build/deploy/arm64
if [[ ! -d $root ]]; then
  rm -rf "$root.part"
  mkdir -p "$(dirname "$root")"
  set_up mmdebstrap --quiet --architectures=arm64 --variant=extract \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --include=fonts-dejavu-core,libabsl-dev,libcairo2-dev,libcivetweb-dev,libcli11-dev,libfreetype-dev \
    --include=libgrpc++-dev,libpng-dev,libprotobuf-dev,libspdlog-dev,libssl-dev,libyaml-cpp-dev \
    --include=prometheus-cpp-dev,protobuf-compiler-grpc "$SUITE" "$root.part" >&2
  mv "$root.part" "$root"
fi
build=build/arm64
cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_TOOLCHAIN_FILE=cmake/arm64.cmake \
  -DPIPESCHED_ARM64_ROOT="$root" -DPIPESCHED_BUILD_TESTS=OFF -DPIPESCHED_BUILD_BENCHMARKS=OFF >/dev/null
cmake --build $build --target pipesched >&2
cmake --preset release >/dev/null
cmake --build build/release --target pipesched >&2
file=$(od -An -tx2 -j18 -N2 $build/bin/pipesched)
[[ $file == *00b7 ]] || { say "the program is not for AArch64:$file" && exit 1; }

arm64() { qemu-aarch64-static -L "$root" $build/bin/pipesched "$@" 2>/dev/null; }
amd64() { build/release/bin/pipesched "$@" 2>/dev/null; }
# The summary has both digests; the order and the timeline are compared by bytes. Times
# that are no round numbers would show arithmetic that rounds otherwise.
compared=0
while read -ra flags; do
  for what in "--format json" "-o - --output-format order" "-o - --output-format json"; do
    # shellcheck disable=SC2086 # a flag and its value
    mine=$(amd64 "${flags[@]}" $what) && theirs=$(arm64 "${flags[@]}" $what)
    [[ -n $mine && $mine == "$theirs" ]] || { say "differs: ${flags[*]} $what" && exit 1; }
  done
  amd64 "${flags[@]}" --format json | digest >/dev/null
  compared=$((compared + 1))
done <<'REQUESTS'
--schedule gpipe -s 4 -b 8
--schedule 1f1b -s 8 -b 32 -f 0.1 -bw 0.3 --p2p-time 0.07
--schedule interleaved_1f1b -s 16 -b 16 --chunks-per-rank 2 -f 1.37 -bw 2.91
--schedule zb_h1 -s 4 -b 12 -f 0.333333 -bw 0.7 --p2p-time 0.011
--schedule zbv -s 16 -b 16 --chunks-per-rank 2 -f 1.1 -bw 2.3
--schedule dualpipe -s 8 -b 20 -f 1.7 -bw 3.1
REQUESTS
say "arm64: $compared requests, equal digests, orders and timelines"

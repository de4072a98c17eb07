#!/usr/bin/env bash
# run.sh BUILD_DIR BIN_DIR: installs the C++ client of a build, builds the program of
# this folder against it by CMake and by pkg-config, and runs both with a daemon.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$1
bin=$2
work=$(mktemp -d)
trap 'kill "${daemon:-}" 2>/dev/null || true; rm -rf "$work"' EXIT

# shellcheck disable=SC2016 # backquotes of Markdown
if ! diff <(sed -n '/^```cpp$/,/^```$/p' "$here/../../../clients/cpp/README.md" | sed '1d;$d') \
  "$here/main.cc"; then
  echo "clients/cpp/README.md does not show main.cc"
  exit 1
fi

cmake --install "$build" --component development --prefix "$work/prefix" >/dev/null
if find "$work/prefix" -path '*google*' | grep .; then
  echo "the installed library holds code of google.rpc"
  exit 1
fi
mv "$work/prefix" "$work/moved" # It does not matter where it is.

cmake -S "$here" -B "$work/cmake" -G Ninja -DCMAKE_PREFIX_PATH="$work/moved" >/dev/null
cmake --build "$work/cmake" >"$work/log" || { cat "$work/log"; exit 1; }

pc=$(dirname "$(find "$work/moved" -name pipesched.pc)")
export PKG_CONFIG_PATH=$pc
read -ra flags < <(pkg-config --cflags --libs pipesched)
c++ -std=c++20 "$here/main.cc" -o "$work/pkg-config" "${flags[@]}"

export PIPESCHED_SERVER=unix:$work/socket
mkfifo "$work/said"
"$bin/pipeschedd" --listen "$PIPESCHED_SERVER" 2>"$work/said" &
daemon=$!
exec 3<"$work/said"
grep -m 1 'listening on' <&3 >/dev/null

for program in "$work/cmake/consumer" "$work/pkg-config"; do
  "$program" >"$work/out"
  [[ $(head -n 1 "$work/out") == 33 ]]
  [[ $(sed -n 3p "$work/out") == '0 4 6' ]] # rank 3: 3F0, then 3B0
done
echo "found by CMake and by pkg-config"

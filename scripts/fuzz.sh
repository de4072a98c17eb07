#!/usr/bin/env bash
# Runs every fuzz target with libFuzzer, for SECONDS each (default 20), from its corpus:
#
#   ./scripts/fuzz.sh            all, 20 s each
#   ./scripts/fuzz.sh 600 csv    one, longer
#
# What crashes a target is written to build/fuzz/crashes; it belongs into the target's
# corpus, tests/fuzz/corpus/TARGET, with what mends it.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"

seconds=${1:-20}
shift || true
targets=("$@")
if [[ ${#targets[@]} -eq 0 ]]; then
  for file in tests/fuzz/*_fuzz.cc; do
    name=$(basename "$file" _fuzz.cc)
    targets+=("$name")
  done
fi

cmake --preset fuzz
cmake --build build/fuzz --target "${targets[@]/#/fuzz_}"
mkdir -p build/fuzz/crashes
status=0
for target in "${targets[@]}"; do
  say "fuzz_$target, $seconds s"
  found=$(mktemp -d)
  # Each argument is compared to all flags: long command lines are slow, and say no more.
  longest=()
  [[ $target != argv ]] || longest=(-max_len=256)
  build/fuzz/bin/"fuzz_$target" "${longest[@]}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -print_final_stats=1 -verbosity=0 -artifact_prefix=build/fuzz/crashes/"$target-" \
    "$found" "tests/fuzz/corpus/$target" || status=1
  rm -rf "$found"
done
exit "$status"

#!/usr/bin/env bash
# Installs what is missing, builds (release) and runs the tests of the repo:
#
#   ./scripts/test.sh              all parts
#   ./scripts/test.sh cpp proto    some
#
# Parts: cpp (build, unit, property and process tests), fuzz (each target for 20 s), proto
# (lint and breaking changes of the contract), clients (those of the other languages, and
# all of them alike), pages (interactive pictures in a browser), deploy (packages, image,
# a release's signature, manifests, chart, alerts, completion, unit), lint (format,
# clang-tidy, shellcheck). Only where named: asan, tsan, arm64 (the command line for arm64
# under qemu). The last line counts the tests; each part prints its minutes.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"

passed=0
failed=0

# count NAME STATUS: one check that is not a ctest.
count() {
  if [[ $2 -eq 0 ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    say "FAILED: $1"
  fi
}

# run_preset PRESET: configures, builds and tests a preset; counts its tests.
run_preset() {
  local log total bad status=0
  log=$(mktemp)
  cmake --workflow --preset "$1" 2>&1 | tee "$log" || status=1
  read -r bad total < <(sed -nE 's/^[0-9]+% tests passed, ([0-9]+) tests? failed out of ([0-9]+)$/\1 \2/p' "$log") || true
  rm -f "$log"
  if [[ -z ${total:-} ]]; then
    count "preset $1 did not get to its tests" 1
    return
  fi
  passed=$((passed + total - bad))
  failed=$((failed + bad))
  [[ $status -eq 0 || $bad -gt 0 ]] || count "preset $1" 1
}

part_cpp() { run_preset release; }
# part_asan: counts lines, too.
part_asan() {
  local status=0
  rm -rf build/asan/coverage
  run_preset asan
  scripts/coverage.sh || status=$?
  count coverage "$status"
}
part_tsan() { run_preset tsan; }

# part_fuzz: every target for 20 s; scripts/fuzz.sh runs them longer.
part_fuzz() {
  local status=0
  scripts/fuzz.sh 20 || status=$?
  count fuzz "$status"
}

part_proto() {
  local status=0
  scripts/check_proto.sh || status=$?
  count proto "$status"
}

# part_clients: 77 is a check that says what it lacks here; in CI none does.
part_clients() {
  local check status=0
  { cmake --preset release && cmake --build build/release --target pipeschedd conformance_program; } ||
    status=$?
  count "what the clients' tests run with" "$status"
  [[ $status -eq 0 ]] || return 0
  for check in "generate.sh --check" clients/{python,go,typescript,conformance}.sh; do
    status=0
    # shellcheck disable=SC2086 # a script and its argument
    scripts/$check || status=$?
    [[ $status -eq 77 ]] || count "$check" "$status"
  done
}

# part_pages: 77 as for the clients.
part_pages() {
  local status=0
  { cmake --preset release && cmake --build build/release --target pipesched; } || status=$?
  [[ $status -ne 0 ]] || scripts/check_pages.sh || status=$?
  [[ $status -eq 77 ]] || count "check_pages" "$status"
}

# part_deploy: 77 as for the clients.
part_deploy() {
  local check status
  for check in packages image release manifests monitoring completion unit; do
    status=0
    "scripts/deploy/$check.sh" || status=$?
    [[ $status -eq 77 ]] || count "deploy/$check" "$status"
  done
}

# part_arm64: 77 as for the clients.
part_arm64() {
  local status=0
  scripts/deploy/arm64.sh || status=$?
  [[ $status -eq 77 ]] || count "deploy/arm64" "$status"
}

part_lint() {
  local check status
  for check in format tidy shell; do
    status=0
    "scripts/check_$check.sh" || status=$?
    count "check_$check" "$status"
  done
}

parts=("$@")
[[ ${#parts[@]} -gt 0 ]] || parts=(cpp fuzz proto clients pages deploy lint)
for part in "${parts[@]}"; do
  if [[ $(type -t "part_$part") != function ]]; then
    say "no part \"$part\"; parts: cpp fuzz proto clients pages deploy lint asan tsan arm64"
    exit 64
  fi
done

install_packages "${BUILD_PACKAGES[@]}" "${CHECK_PACKAGES[@]}"
for part in "${parts[@]}"; do
  say "== $part"
  start=$SECONDS
  "part_$part"
  say "== $part took $(((SECONDS - start) / 60)) min $(((SECONDS - start) % 60)) s"
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 ]]

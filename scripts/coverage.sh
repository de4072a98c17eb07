#!/usr/bin/env bash
# Prints which share of the lines of each part of the C++ code the tests of the asan preset
# ran (scripts/test.sh asan), and fails where one is below its floor.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT/build/asan"

llvm-profdata-14 merge -sparse coverage/*.profraw -o coverage/all.profdata
objects=(bin/pipesched -object bin/pipeschedd)
for test in bin/*_test; do objects+=(-object "$test"); done
llvm-cov-14 export -summary-only -instr-profile coverage/all.profdata "${objects[@]}" \
  >coverage/summary.json
python3 - "$ROOT" coverage/summary.json <<'EOF'
import collections
import json
import os
import sys

FLOORS = {  # percent of lines
    "base": 95,
    "engine": 95,
    "render": 95,
    "daemon": 90,
    "clients/cli": 88,
    "clients/cpp": 90,
}
root, path = sys.argv[1:]
with open(path, encoding="utf-8") as file:
    files = json.load(file)["data"][0]["files"]
lines = collections.defaultdict(lambda: [0, 0])
for entry in files:
    name = os.path.relpath(entry["filename"], root)
    part = next((part for part in FLOORS if name.startswith(part + "/")), None)
    if part is None:
        continue
    count = entry["summary"]["lines"]
    lines[part][0] += count["covered"]
    lines[part][1] += count["count"]
low = []
for part, floor in FLOORS.items():
    covered, count = lines[part]
    share = 100 * covered / max(1, count)
    print(f"{part:12} {share:5.1f} % of {count} lines, at least {floor} %")
    if share < floor:
        low.append(part)
sys.exit(f"below the floor: {', '.join(low)}" if low else 0)
EOF

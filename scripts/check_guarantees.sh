#!/usr/bin/env bash
# docs/guarantees.md names tests that there are, and at least one in each row. Prints
# those that are missing; fails if there are any.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
failed=0
# shellcheck disable=SC2016 # backquotes of Markdown
names=$(grep -oE '`[A-Za-z0-9]+\.[A-Za-z0-9]+`' docs/guarantees.md | tr -d '`' | sort -u)
for name in $names; do
  if ! grep -rqE "TEST(_F|_P)?\(${name%%.*}, ${name#*.}\)" tests --include='*.cc'; then
    printf 'no test %s\n' "$name"
    failed=1
  fi
done
if grep -E '^\| [A-Z`0-9]' docs/guarantees.md | grep -vE '\| `[A-Za-z0-9]+\.' ; then
  printf 'these promises name no test\n'
  failed=1
fi
exit $failed

#!/usr/bin/env bash
# The file VERSION is where the version is set. Package systems want it written in files
# of their own too: this compares them. --write sets them. CHANGELOG.md has a section of
# it.
set -euo pipefail
write=false
[[ ${1:-} == --write ]] && write=true && shift
cd "${1:-$(dirname "$0")/..}"
version=$(<VERSION)

# FILE, and what stands before and after the version there (sed -E).
copies=(
  'clients/go/options.go|^const Version = "|"$'
  'clients/python/pyproject.toml|^version = "|"$'
  'clients/python/src/pipesched/_channel.py|^VERSION = "|"$'
  'clients/typescript/package.json|^  "version": "|",$'
  'clients/typescript/src/options.ts|^export const VERSION = "|";$'
  'deploy/helm/pipesched/Chart.yaml|^version: |$'
  'deploy/helm/pipesched/Chart.yaml|^appVersion: "|"$'
)
failed=0
for copy in "${copies[@]}"; do
  IFS='|' read -r file before after <<<"$copy"
  if $write; then sed -i -E "s|($before)[0-9][^\"]*($after)|\\1$version\\2|" "$file"; fi
  found=$(sed -nE "s|$before([^\"]*)$after|\\1|p" "$file")
  if [[ $found != "$version" ]]; then
    printf '%s has "%s", VERSION is %s\n' "$file" "$found" "$version"
    failed=1
  fi
done
if ! grep -qE "^## (\[?)${version//./\\.}" CHANGELOG.md; then
  printf 'CHANGELOG.md has no section of %s\n' "$version"
  failed=1
fi
exit $failed

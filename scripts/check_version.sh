#!/usr/bin/env bash
# Whatever names the version of pipesched names the one in the file VERSION, and
# CHANGELOG.md has a section for it. Prints what differs.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
version=$(<VERSION)
failed=0

# names FILE PATTERN...: each pattern, in which @ is the version, is a line of the file.
names() {
  local file=$1 pattern
  shift
  for pattern in "$@"; do
    grep -qxF -- "${pattern//@/$version}" "$file" && continue
    printf '%s: no line "%s"\n' "$file" "${pattern//@/$version}"
    failed=1
  done
}

names clients/python/pyproject.toml 'version = "@"'
names clients/python/src/pipesched/_channel.py 'VERSION = "@"'
names clients/go/options.go 'const Version = "@"'
names clients/go/examples/configmap/go.mod $'\tgithub.com/pipesched/pipesched/clients/go v@'
names clients/typescript/package.json '  "version": "@",'
names clients/typescript/src/options.ts 'export const VERSION = "@";'
names deploy/helm/pipesched/Chart.yaml 'version: @' 'appVersion: "@"'
names CHANGELOG.md '## @'
exit $failed

#!/usr/bin/env bash
# The systemd unit: systemd-analyze finds nothing wrong, and little exposed.
# shellcheck source=scripts/deploy/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages man-db systemd
cmake --preset release >/dev/null
cmake --build build/release --target pipeschedd >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# As installed, but with the program of this build and no page of a package that is not
# installed here.
sed -e "s|^ExecStart=/usr/bin|ExecStart=$ROOT/build/release/bin|" -e '/^Documentation=man:/d' \
  deploy/systemd/pipeschedd.service >"$work/pipeschedd.service"
said=$(systemd-analyze verify --man=no "$work/pipeschedd.service" 2>&1 | grep -F pipeschedd || true)
[[ -z $said ]] || { say "$said" && exit 1; }
# 0 is nothing exposed, 100 everything.
systemd-analyze security --offline=true --threshold=20 --no-pager "$work/pipeschedd.service" >"$work/security" ||
  { cat "$work/security" && exit 1; }
tail -n 1 "$work/security" >&2

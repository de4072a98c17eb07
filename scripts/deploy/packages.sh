#!/usr/bin/env bash
# The Debian packages: lintian has nothing to say, and installed into a fresh Debian 12
# root what the unit starts answers there. Needs root; 77 where it cannot.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
cd "$ROOT"
skip() { say "SKIPPED: packages.sh $*"; [[ ${CI:-} == true ]] && exit 1; exit 77; }

[[ $(id -u) -eq 0 ]] || skip "needs root, for a fresh Debian root"
install_packages file lintian mmdebstrap mandoc systemd

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
cmake --preset release >/dev/null
cmake --build build/release --target pipesched pipeschedd pipesched_client >/dev/null
rm -rf build/release/packages
(cd build/release && cpack -G DEB >packages.log) || { cat build/release/packages.log; exit 1; }
packages=(build/release/packages/*.deb)
say "${packages[@]##*/}"

# Those with a reason in deploy/debian/lintian-tags are let pass.
lintian --allow-root --fail-on error,warning --display-info \
  --suppress-tags "$(grep -v '^#' deploy/debian/lintian-tags | paste -sd,)" "${packages[@]}"
for page in docs/pipesched.1 docs/pipeschedd.8; do
  if mandoc -Tlint -W warning "$page" | grep -v 'missing date'; then exit 1; fi
done

work=$(mktemp -d)
trap 'umount -q "$work/root/proc" 2>/dev/null; rm -rf "$work"' EXIT
mmdebstrap --variant=minbase --quiet --include=systemd bookworm "$work/root" || skip "cannot make a Debian root"
mkdir "$work/root/packages"
cp "${packages[@]}" "$work/root/packages"
# shellcheck disable=SC2016 # it is for the shell in there
chroot "$work/root" sh -ec '
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    /packages/pipeschedd_*.deb /packages/pipesched_*.deb >/dev/null 2>&1
  id pipesched >/dev/null
  test "$(stat -c %U /run/pipesched)" = pipesched
  systemd-analyze verify pipeschedd.service
  command=$(sed -n s/^ExecStart=//p /lib/systemd/system/pipeschedd.service)
  export PIPESCHED_LISTEN=unix:/run/pipesched/pipesched.sock
  setpriv --reuid pipesched --regid pipesched --clear-groups $command 2>/tmp/said &
  until grep -q "listening on" /tmp/said; do kill -0 $!; sleep 0.05; done
  export PIPESCHED_SERVER=$PIPESCHED_LISTEN
  test "$(pipesched health)" = SERVING
  pipesched -s 4 -b 8 --no-visualization | grep -q "^makespan *33 "
  kill $!
  wait $!'
say "installed, started and asked in a fresh root"

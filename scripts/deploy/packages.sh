#!/usr/bin/env bash
# The Debian packages: built, checked by lintian, installed in a fresh root, where the
# unit's ExecStart is run as its user and asked for a schedule, by the command line and by
# a program that is compiled there against libpipesched-dev.
# shellcheck source=scripts/deploy/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages dpkg-dev fakeroot file lintian mandoc man-db mmdebstrap systemd
need_root
make_packages
lintian --allow-root --tag-display-limit 0 --fail-on error,warning,info,pedantic "$PACKAGES"/*.deb
for page in docs/pipesched.1 docs/pipeschedd.8; do
  mandoc -Tlint -W error "$page"
  [[ -z $(man --warnings -l "$page" 2>&1 >/dev/null) ]]
done

work=$(mktemp -d)
trap 'kill "${daemon:-}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
root=$work/root
mkdir "$root"
tar -xf "$(base_root)" -C "$root"
cp "$PACKAGES"/*.deb "$root/tmp"
in_root() { chroot "$root" "$@"; }
in_root sh -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
  --no-install-recommends systemd cmake g++ make pkg-config /tmp/*.deb' >"$work/log" 2>&1 || { tail -n 20 "$work/log" && exit 1; }

in_root pipesched version | grep -qF "$VERSION"
for file in /usr/share/man/man1/pipesched.1.gz /usr/share/man/man8/pipeschedd.8.gz \
  /usr/share/bash-completion/completions/pipesched /usr/include/pipesched/client/client.h; do
  [[ -f $root$file ]] || { say "no $file" && exit 1; }
done

# The unit, as systemd would start it: its user, its folder, its environment.
unit=$root/usr/lib/systemd/system/pipeschedd.service
[[ -f $unit ]] || unit=$root/lib/systemd/system/pipeschedd.service
in_root getent passwd pipesched >/dev/null
systemd-tmpfiles --root="$root" --create pipesched.conf
mapfile -t environment < <(sed -n 's/^Environment=//p' "$unit")
read -ra command < <(sed -n 's/^ExecStart=//p' "$unit")
mkfifo "$work/said"
chroot "$root" /usr/bin/setpriv --reuid pipesched --regid pipesched --clear-groups --no-new-privs \
  env -i "${environment[@]}" "${command[@]}" 2>"$work/said" &
daemon=$!
exec 3<"$work/said"
grep -m 1 'listening on' <&3 >/dev/null
socket=unix:/run/pipesched/pipesched.sock
asked=$(in_root pipesched --server "$socket" -s 4 -b 8 --format json | digest)
own=$(build/release/bin/pipesched -s 4 -b 8 --format json | digest)
[[ -n $own && $asked == "$own" ]]

# A program of somebody else, found by CMake and by pkg-config.
cp -r tests/clients/consumer "$root/tmp"
# shellcheck disable=SC2016 # the shell in the root expands
in_root sh -c 'cd /tmp/consumer && cmake -S . -B by_cmake && cmake --build by_cmake &&
  g++ -std=c++20 main.cc -o by_pkg_config $(pkg-config --cflags --libs pipesched)' >"$work/log" 2>&1 ||
  { tail -n 20 "$work/log" && exit 1; }
for program in by_cmake/consumer by_pkg_config; do
  in_root env PIPESCHED_SERVER="$socket" "/tmp/consumer/$program" >"$work/out"
  [[ $(head -n 1 "$work/out") == 33 ]] || { say "$program: $(cat "$work/out")" && exit 1; }
done
kill -TERM "$daemon"
# setpriv and env became the daemon.
wait "$daemon"
daemon=

in_root sh -c 'DEBIAN_FRONTEND=noninteractive apt-get purge -q -y pipeschedd pipesched libpipesched-dev' \
  >"$work/log" 2>&1 || { cat "$work/log" && exit 1; }
left=$(find "$root" -xdev -path "$root/proc" -prune -o -name '*pipesched*' -printf '/%P\n' |
  grep -v -e ^/tmp/ -e ^/var/ -e ^/run/ || true)
[[ -z $left ]] || { say "left behind: $left" && exit 1; }
find "$PACKAGES" -maxdepth 1 -name '*.deb' -printf '%s %f\n' >&2

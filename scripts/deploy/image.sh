#!/usr/bin/env bash
# Builds the image without an engine (buildah) on a Debian made by mmdebstrap, and asks
# the daemon of the built root file system for a schedule. Reports size and start time.
# After packages.sh, whose packages it takes. 77 where it cannot.
# shellcheck source=scripts/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/../common.sh"
cd "$ROOT"
skip() { say "SKIPPED: image.sh $*"; [[ ${CI:-} == true ]] && exit 1; exit 77; }

[[ $(id -u) -eq 0 ]] || skip "needs root, for a base image"
install_packages buildah mmdebstrap python3
packages=(build/release/packages/pipeschedd_*.deb build/release/packages/pipesched_*.deb)
[[ -f ${packages[0]} ]] || { say "image.sh: run packages.sh first"; exit 1; }

work=$(mktemp -d)
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
store=(--root "$work/store" --runroot "$work/run" --storage-driver vfs)
trap 'kill "${daemon:-}" 2>/dev/null; rm -rf "$work"' EXIT
mkdir -p "$work/context/packages"
cp deploy/image/{Containerfile,collect.sh} "$work/context"
cp "${packages[@]}" "$work/context/packages"

# The packages are installed by mmdebstrap, with what they depend on: the build itself
# then needs no network.
# shellcheck disable=SC2016 # it is for the shell in there
mmdebstrap --variant=apt --quiet \
  --customize-hook="copy-in $work/context/packages /" \
  --customize-hook='chroot "$1" sh -c "DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends /packages/*.deb >/dev/null && rm -r /packages"' \
  bookworm "$work/base.tar" || skip "cannot make a Debian base"
base=$(buildah "${store[@]}" from scratch)
buildah "${store[@]}" add -q "$base" "$work/base.tar" / >/dev/null
buildah "${store[@]}" commit -q "$base" localhost/base >/dev/null
rm "$work/context/packages"/*

epoch=$(git log -1 --format=%ct)
buildah "${store[@]}" bud --isolation chroot --timestamp "$epoch" -q -t localhost/pipesched \
  --build-arg BASE=localhost/base --build-arg SOURCE_DATE_EPOCH="$epoch" \
  --build-arg VERSION="$(<VERSION)" --build-arg REVISION="$(git rev-parse HEAD)" \
  "$work/context" >/dev/null
container=$(buildah "${store[@]}" from localhost/pipesched)
root=$(buildah "${store[@]}" mount "$container")

size=$(du -sm --apparent-size "$root" | cut -f1)
[[ ! -e $root/bin/sh && ! -e $root/usr/bin/sh ]] || { say "the image has a shell"; exit 1; }
python3 -m json.tool "$root/usr/share/sbom.spdx.json" >/dev/null
config=$(buildah "${store[@]}" inspect --type image localhost/pipesched)
for wanted in '"User": "65532:65532"' '"StopSignal": "SIGTERM"' '"/usr/bin/pipeschedd"' \
  "\"org.opencontainers.image.version\": \"$(<VERSION)\""; do
  grep -qF "$wanted" <<<"$config" || { say "the image has no $wanted"; exit 1; }
done

begin=$(date +%s%3N)
chroot --userspec=65532:65532 "$root" /usr/bin/pipeschedd --listen unix:/run/pipesched/s \
  2>"$work/said" &
daemon=$!
until grep -q 'listening on' "$work/said"; do
  kill -0 "$daemon" || { cat "$work/said"; exit 1; }
  sleep 0.005
done
ready=$(($(date +%s%3N) - begin))
ask() { chroot --userspec=65532:65532 "$root" /usr/bin/pipesched "$@" --server unix:/run/pipesched/s; }
[[ $(ask health) == SERVING ]]
ask compute -s 4 -b 8 --no-visualization | grep -q '^makespan *33 '
kill "$daemon"
wait "$daemon"
say "image: $size MB (aim 60), ready after $ready ms (aim 150)"
[[ $size -lt 60 ]] || exit 1

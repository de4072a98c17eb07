#!/usr/bin/env bash
# The image: built without a container engine, on a base made here; its root is looked
# at, its daemon started in it, without a shell and with everything read-only, and asked
# for a schedule. Prints its size and how long a start takes. Leaves an OCI archive,
# build/deploy/pipeschedd.oci.tar.
# shellcheck source=scripts/deploy/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages buildah dpkg-dev fakeroot file mmdebstrap python3
need_root
[[ -n $(ls "$PACKAGES"/*.deb 2>/dev/null) ]] || make_packages

work=$(mktemp -d)
storage=(--root "$work/storage" --runroot "$work/run" --storage-driver vfs)
b() { buildah "${storage[@]}" "$@"; }
finish() {
  set +e
  kill "${daemon:-}" 2>/dev/null || true
  wait
  b rm --all >/dev/null 2>&1 || true
  umount "$work/shared/run/pipesched" 2>/dev/null || true
  umount "$work/shared" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

base=$(b from scratch)
b add -q "$base" "$(base_root)" / >/dev/null
b commit -q "$base" localhost/debian:12-slim >/dev/null
created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
build() {
  b bud -q --isolation chroot --no-cache --timestamp "$SOURCE_DATE_EPOCH" \
    --build-arg BASE=localhost/debian:12-slim --build-arg SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" \
    --build-arg VERSION="$VERSION" --build-arg CREATED="$created" \
    --build-arg REVISION="$(git rev-parse HEAD 2>/dev/null || echo unknown)" \
    -f deploy/image/Containerfile -t "$1" . >"$work/log" 2>&1 ||
    { tail -n 20 "$work/log" && exit 1; }
}
build pipeschedd
b push -q pipeschedd "oci-archive:$ROOT/build/deploy/pipeschedd.oci.tar:pipeschedd:$VERSION"

# What it says of itself.
b inspect --type image pipeschedd >"$work/inspect"
python3 - "$work/inspect" "$VERSION" <<'PYTHON'
import json, sys

oci = json.load(open(sys.argv[1]))["OCIv1"]
config = oci["config"]
assert config["User"] == "10001:10001", config
assert config["Entrypoint"] == ["/usr/bin/pipeschedd"], config
assert config["StopSignal"] == "SIGTERM", config
assert config["Labels"]["org.opencontainers.image.version"] == sys.argv[2], config
assert oci["architecture"] == "amd64", oci["architecture"]
assert len(oci["rootfs"]["diff_ids"]) == 1, "more than one layer"
PYTHON

container=$(b from pipeschedd)
root=$(b mount "$container")
for shell in bin/sh usr/bin/sh bin/bash usr/bin/env usr/bin/perl; do
  [[ ! -e $root/$shell ]] || { say "there is a $shell" && exit 1; }
done
[[ -z $(find "$root" -perm /6000 -print) ]]
[[ -z $(find "$root" -newermt "@$((SOURCE_DATE_EPOCH + 1))" -path '*/usr/*' -print) ]]
python3 - "$root/usr/share/sbom/pipeschedd.spdx.json" <<'PYTHON'
import json, sys

names = {package["name"] for package in json.load(open(sys.argv[1]))["packages"]}
assert {"pipesched", "pipeschedd", "libc6", "libgrpc29", "libssl3"} <= names, names
PYTHON
size=$(du -s --apparent-size -B 1000 "$root" | cut -f 1)
[[ $size -lt 60000 ]] || { say "the image has $size kB" && exit 1; }

# In the root itself, as its user, with nothing that can be written but the socket's
# folder: what a pod with a read-only root has.
mkdir "$work/shared"
mount --bind "$root" "$work/shared"
mount -o remount,bind,ro "$work/shared"
mount -t tmpfs -o mode=0770,uid=10001,gid=10001,size=16m tmpfs "$work/shared/run/pipesched"
start() {
  mkfifo "$work/said"
  chroot --userspec 10001:10001 "$work/shared" /usr/bin/pipeschedd \
    --listen unix:/run/pipesched/pipesched.sock 2>"$work/said" &
  daemon=$!
  exec 3<"$work/said"
  grep -m 1 'listening on' <&3 >/dev/null
  rm "$work/said"
}
# asks ARGUMENT...: the command line of the image.
asks() { chroot --userspec 10001:10001 "$work/shared" /usr/bin/pipesched "$@"; }
began=$(date +%s%N)
start
took=$((($(date +%s%N) - began) / 1000000))
server=unix:/run/pipesched/pipesched.sock
asks health --server "$server" | grep -qx SERVING
asked=$(asks --server "$server" -s 4 -b 8 --format json | digest)
[[ -n $asked && $asked == "$(build/release/bin/pipesched -s 4 -b 8 --format json | digest)" ]]
kill -TERM "$daemon"
wait "$daemon"
daemon=
umount "$work/shared/run/pipesched"

# Made again, it is the same.
diff_id() { b inspect --type image "$1" | grep -A 1 diff_ids | grep -m 1 sha256; }
first=$(diff_id pipeschedd)
build again
[[ $first == "$(diff_id again)" ]] || { say "two builds differ" && exit 1; }
say "image: $((size / 1000)) MB, ready after $took ms, two builds are equal"

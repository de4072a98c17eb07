#!/bin/sh
# collect.sh OUT EPOCH: a root file system of the two programs, the libraries that they
# load, and /usr/share/sbom.spdx.json, which lists the Debian packages that these are of.
set -eu
out=$1
epoch=$2
if ls /packages/*.deb >/dev/null 2>&1; then
  apt-get update -q >/dev/null
  apt-get install -y -q --no-install-recommends /packages/*.deb >/dev/null
fi
mkdir -p "$out/etc" "$out/usr/bin" "$out/usr/share" "$out/tmp" "$out/run/pipesched"
cp /usr/bin/pipeschedd /usr/bin/pipesched "$out/usr/bin/"
echo 'pipesched:x:65532:65532::/:/nonexistent' >"$out/etc/passwd"
echo 'pipesched:x:65532:' >"$out/etc/group"
chown 65532:65532 "$out/run/pipesched"
chmod 1777 "$out/tmp"

ldd /usr/bin/pipeschedd /usr/bin/pipesched | grep -o '/[^ ]*' | grep '\.so' | sort -u >/tmp/libraries
# For names of hosts.
ls /lib/x86_64-linux-gnu/libnss_dns.so.2 /lib/x86_64-linux-gnu/libnss_files.so.2 >>/tmp/libraries
while read -r library; do
  mkdir -p "$out$(dirname "$library")"
  cp -L "$library" "$out$library"
done </tmp/libraries

# The packages, by the files' owners. SPDX 2.3.
while read -r library; do
  dpkg-query -S "$(realpath "$library")" 2>/dev/null || dpkg-query -S "$library" 2>/dev/null ||
    dpkg-query -S "$(realpath "$library" | sed 's,^/usr,,')"
done </tmp/libraries | cut -d: -f1 | sort -u >/tmp/owners
{
  printf '{"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",\n'
  printf ' "name": "pipesched-image", "documentNamespace": "https://github.com/pipesched/pipesched/sbom/%s",\n' "$epoch"
  printf ' "creationInfo": {"created": "%s", "creators": ["Tool: deploy/image/collect.sh"]},\n' \
    "$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)"
  printf ' "packages": ['
  separator=''
  for package in pipeschedd pipesched $(cat /tmp/owners); do
    version=$(dpkg-query -W -f '${Version}' "$package")
    printf '%s\n  {"SPDXID": "SPDXRef-%s", "name": "%s", "versionInfo": "%s", "downloadLocation": "NOASSERTION", "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:deb/debian/%s@%s?arch=amd64"}]}' \
      "$separator" "$(printf %s "$package" | tr '+' '-')" "$package" "$version" "$package" "$version"
    separator=,
  done
  printf ']}\n'
} >"$out/usr/share/sbom.spdx.json"
find "$out" -exec touch -h -d "@$epoch" {} +

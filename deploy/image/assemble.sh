#!/bin/sh
# assemble.sh PACKAGES ROOT: installs the .deb files of a folder, and copies their
# programs to ROOT with the libraries that they load, their licences, and a list of
# the packages that all of it is from (SPDX). Runs in a Debian root, as root.
set -eu
packages=$1
root=$2

apt-get -q update
DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends \
  "$packages"/pipeschedd_*.deb "$packages"/pipesched_*.deb
programs="/usr/bin/pipeschedd /usr/bin/pipesched"

# shellcheck disable=SC2086 # several programs
files=$(ldd $programs | grep -o '/[^ )]*' | grep -v ':$' | sort -u)
mkdir -p "$root/etc" "$root/run/pipesched" "$root/tmp" "$root/usr/share/sbom"
owners=''
for file in $programs $files; do
  mkdir -p "$root$(dirname "$file")"
  cp -L "$file" "$root$file"
  # A library's package may know it by its place before /lib became a link.
  real=$(realpath "$file")
  owner=$(dpkg-query -S "$file" "/usr$file" "${file#/usr}" "$real" "${real#/usr}" 2>/dev/null |
    head -n 1 | sed 's/: .*//') || true
  if [ -z "$owner" ]; then
    echo "no package owns $file" >&2
    exit 1
  fi
  owners="$owners $owner"
done
printf 'pipesched:x:10001:10001::/:/none\n' >"$root/etc/passwd"
printf 'pipesched:x:10001:\n' >"$root/etc/group"
chown 10001:10001 "$root/run/pipesched"
chmod 1777 "$root/tmp"

# shellcheck disable=SC2086 # several
owners=$(printf '%s\n' $owners | sort -u)
for owner in $owners; do
  name=${owner%%:*}
  mkdir -p "$root/usr/share/doc/$name"
  cp -L "/usr/share/doc/$name/copyright" "$root/usr/share/doc/$name/"
done

created=$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%Y-%m-%dT%H:%M:%SZ)
# shellcheck disable=SC2016,SC2086 # dpkg-query's own variables; several packages
dpkg-query -W -f '${Package} ${Version} ${Architecture} ${source:Package} ${source:Version}\n' $owners |
  awk -v created="$created" '
    BEGIN {
      printf "{\n  \"spdxVersion\": \"SPDX-2.3\",\n  \"dataLicense\": \"CC0-1.0\",\n"
      printf "  \"SPDXID\": \"SPDXRef-DOCUMENT\",\n  \"name\": \"pipeschedd\",\n"
      printf "  \"documentNamespace\": \"https://github.com/pipesched/pipesched/sbom/%s\",\n", created
      printf "  \"creationInfo\": {\"created\": \"%s\", \"creators\": [\"Tool: assemble.sh\"]},\n", created
      printf "  \"packages\": ["
    }
    {
      id = $1
      gsub(/[^A-Za-z0-9.-]/, "-", id)
      described = described (NR > 1 ? ", " : "") "\"SPDXRef-" id "\""
      printf "%s\n    {\"SPDXID\": \"SPDXRef-%s\", \"name\": \"%s\", \"versionInfo\": \"%s\", ", \
        (NR > 1 ? "," : ""), id, $1, $2
      printf "\"sourceInfo\": \"built from %s %s\", \"downloadLocation\": \"NOASSERTION\", ", $4, $5
      printf "\"filesAnalyzed\": false, \"externalRefs\": [{\"referenceCategory\": \"PACKAGE-MANAGER\", "
      printf "\"referenceType\": \"purl\", \"referenceLocator\": \"pkg:deb/debian/%s@%s?arch=%s\"}]}", $1, $2, $3
    }
    END { printf "\n  ],\n  \"documentDescribes\": [%s]\n}\n", described }
  ' >"$root/usr/share/sbom/pipeschedd.spdx.json"

find "$root" -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +

#!/usr/bin/env bash
# A release, in build/release/dist: the packages, the image, the list of what is in it
# (SPDX), their provenance (in-toto, SLSA 1) and SHA256SUMS with its signature.
#
#   scripts/deploy/release.sh KEY BUILDER   an SSH key; a URI of who runs this
#
# makes packages and image anew. Without arguments it is a test: it takes those that are
# there, signs with a key of its own, verifies, and sees that a change is refused.
# shellcheck source=scripts/deploy/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages openssh-client python3
key=${1:-}
builder=${2:-urn:pipesched:test}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
image=build/deploy/pipeschedd.oci.tar
if [[ -n $key ]]; then
  [[ $key == /* ]] || key=$OLDPWD/$key
  [[ $# -eq 2 ]] || { say "want KEY BUILDER" && exit 64; }
  [[ -z $(git status --porcelain) ]] || { say "the checkout has changes of its own" && exit 65; }
  scripts/deploy/packages.sh
  scripts/deploy/image.sh
else
  ssh-keygen -q -t ed25519 -N '' -C test -f "$work/key"
  key=$work/key
fi
[[ -f $image && -n $(ls "$PACKAGES"/*.deb 2>/dev/null) ]] ||
  skip "signs what scripts/deploy/packages.sh and image.sh leave; one of them is missing"

dist=$ROOT/build/release/dist
rm -rf "$dist"
mkdir -p "$dist"
cp "$PACKAGES"/*.deb "$dist"
cp $image "$dist/pipeschedd_${VERSION}_amd64.oci.tar"
python3 - "$dist" "$VERSION" "$(git rev-parse HEAD)" "$builder" <<'PYTHON'
import hashlib, io, json, pathlib, sys, tarfile

dist, version, commit, builder = sys.argv[1:]
dist = pathlib.Path(dist)

# The list is a file of the image's only layer.
with tarfile.open(next(dist.glob("*.oci.tar"))) as image:
    def blob(digest):
        return image.extractfile("blobs/" + digest.replace(":", "/")).read()

    index = json.load(image.extractfile("index.json"))
    manifest = json.loads(blob(index["manifests"][0]["digest"]))
    with tarfile.open(fileobj=io.BytesIO(blob(manifest["layers"][0]["digest"]))) as layer:
        path = "usr/share/sbom/pipeschedd.spdx.json"
        name = next(n for n in layer.getnames() if n.endswith(path))
        (dist / f"pipeschedd_{version}.spdx.json").write_bytes(layer.extractfile(name).read())

source = "https://github.com/pipesched/pipesched"
subjects = [
    {"name": path.name, "digest": {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}}
    for path in sorted(dist.iterdir())
]
statement = {
    "_type": "https://in-toto.io/Statement/v1",
    "subject": subjects,
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {
        "buildDefinition": {
            "buildType": source + "/blob/main/scripts/deploy/release.sh",
            "externalParameters": {"version": version},
            "resolvedDependencies": [
                {"uri": f"git+{source}@{commit}", "digest": {"gitCommit": commit}}
            ],
        },
        "runDetails": {"builder": {"id": builder}},
    },
}
(dist / f"pipesched_{version}.intoto.json").write_text(json.dumps(statement, indent=1) + "\n")
PYTHON
cd "$dist"
sha256sum -- * >"$work/SHA256SUMS"
mv "$work/SHA256SUMS" .
ssh-keygen -q -Y sign -f "$key" -n pipesched SHA256SUMS
chmod 644 ./*
[[ $# -eq 0 ]] || { say "signed: $dist" && exit; }

# As a user verifies it (SECURITY.md).
printf 'releases %s\n' "$(cut -d ' ' -f 1,2 "$key.pub")" >"$work/allowed_signers"
verify() {
  ssh-keygen -Y verify -f "$work/allowed_signers" -I releases -n pipesched -s SHA256SUMS.sig <SHA256SUMS &&
    sha256sum --check --quiet --strict SHA256SUMS
}
verify >"$work/said" 2>&1 || { cat "$work/said" >&2 && exit 1; }
for file in SHA256SUMS ./*.deb ./*.oci.tar ./*.json; do
  cp "$file" "$work/original"
  printf 'x' >>"$file"
  if verify >/dev/null 2>&1; then say "a change of $file is not noticed" && exit 1; fi
  cp "$work/original" "$file"
done
verify >/dev/null
say "release: $(wc -l <SHA256SUMS) files signed and verified"

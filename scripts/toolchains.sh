# shellcheck shell=bash disable=SC2034 # its variables are used where it is sourced
# Tools of the client languages: those on PATH where they will do, else installed
# (Debian 12). Sourced after common.sh, not run.

TOOLS=$ROOT/build/tools

# alone COMMAND...: runs a command that installs into TOOLS while no other script does.
alone() {
  mkdir -p "$TOOLS"
  local status=0 lock
  exec {lock}>"$TOOLS/lock"
  flock "$lock"
  "$@" || status=$?
  exec {lock}>&-
  return "$status"
}

# Go generators and linters. Those of TypeScript are pinned in its package-lock.json,
# those of Python are Debian's protoc and grpc_python_plugin.
PROTOC_GEN_GO=google.golang.org/protobuf/cmd/protoc-gen-go@v1.36.6
PROTOC_GEN_GO_GRPC=google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1
STATICCHECK=honnef.co/go/tools/cmd/staticcheck@v0.6.1

# set_up COMMAND...: runs a command that installs something. Where it cannot, the
# caller ends as skipped (77); in CI it fails.
set_up() {
  "$@" && return
  say "SKIPPED: $(basename "$0") needs what \"$*\" installs, and it could not"
  [[ ${CI:-} == true ]] && exit 1
  exit 77
}

# at_least VERSION LEAST: whether a dotted version is not older.
at_least() { [[ $(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# go_version: of the go on PATH; empty where there is none.
go_version() { GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed 's/^go//'; }

# use_go: puts a Go on PATH that is as new as clients/go/go.mod names. One that is
# too old fetches that version as a module.
use_go() {
  local wanted
  wanted=$(sed -n 's/^toolchain go//p' "$ROOT/clients/go/go.mod")
  local least
  least=$(sed -n 's/^go //p' "$ROOT/clients/go/go.mod")
  export GOTOOLCHAIN=local
  at_least "$(go_version)" "$least" && return
  command -v go >/dev/null || install_packages golang-go
  local go_root
  go_root=$TOOLS/go$wanted
  [[ -x $go_root/bin/go ]] || alone fetch_go "$wanted" "$go_root"
  export GOROOT=$go_root PATH=$go_root/bin:$PATH
}

# fetch_go VERSION FOLDER: a Go toolchain, by means of an older go.
fetch_go() {
  [[ -x $2/bin/go ]] && return
  say "fetching Go $1"
  local module
  module=$(cd / && go mod download -json "golang.org/toolchain@v0.0.1-go$1.linux-$(go env GOARCH)" |
    sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')
  mkdir -p "$TOOLS"
  cp -r "$module" "$2.part"
  chmod -R u+w "$2.part"
  chmod -R a+x "$2.part/bin" "$2.part/pkg/tool"
  mv "$2.part" "$2"
}

# go_tool MODULE@VERSION: installs a Go program and prints its path.
go_tool() {
  local name=${1%@*}
  name=${name%/v[0-9]} # A major version is no name.
  name=${name##*/}
  local folder=$TOOLS/${name}-${1##*@}
  [[ -x $folder/$name ]] || GOBIN=$folder GOFLAGS='' alone go install "$1" >&2
  printf '%s\n' "$folder/$name"
}

# use_node: puts Node 18 or newer, and npm, on PATH, and installs what the
# TypeScript client needs.
use_node() {
  if ! command -v npm >/dev/null; then install_packages nodejs npm; fi
  alone install_node_modules
}

install_node_modules() {
  local lock=$ROOT/clients/typescript/package-lock.json
  local installed=$ROOT/clients/typescript/node_modules/.package-lock.json
  [[ -f $installed && $installed -nt $lock ]] && return
  (cd "$ROOT/clients/typescript" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
}

# python_with REQUIREMENTS: the python of a virtual environment with the packages
# that clients/python/requirements-REQUIREMENTS.txt pins.
python_with() {
  local folder=$TOOLS/python-$1
  alone install_python "$folder" "$ROOT/clients/python/requirements-$1.txt"
  printf '%s\n' "$folder/bin/python"
}

# install_python FOLDER REQUIREMENTS
install_python() {
  cmp -s "$1/installed" "$2" && return
  install_packages python3 python3-venv
  local python=python3
  [[ $2 != *-oldest.txt ]] || python=$(oldest_python)
  "$python" -m venv --clear "$1" >&2
  "$1/bin/pip" --require-virtualenv install -q --disable-pip-version-check -r "$2" >&2
  cp "$2" "$1/installed"
}

# oldest_python: Python 3.9, the oldest that the client supports, of PATH or of pyenv;
# where there is none, the usual one.
oldest_python() {
  local python
  for python in python3.9 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.9.*/bin/python python3; do
    "$python" -c 'import venv' 2>/dev/null && break
  done
  [[ $python != python3 ]] || say "no Python 3.9 here: the oldest libraries are tested with $(python3 -V)"
  printf '%s\n' "$python"
}

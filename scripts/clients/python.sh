#!/usr/bin/env bash
# The Python client: linters, then the tests of its wheel, built from its sdist, with
# the newest and the oldest libraries that it supports.
# shellcheck source=scripts/clients/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages python3 python3-venv openssl
for with in newest oldest; do set_up python_with "$with" >/dev/null; done
newest=$(python_with newest)

export RUFF_CACHE_DIR=$TOOLS/ruff MYPY_CACHE_DIR=$TOOLS/mypy
"$newest" -m ruff check -q clients/python tests/conformance
"$newest" -m ruff format --check -q clients/python tests/conformance
(cd clients/python && "$newest" -m mypy)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -rL clients/python "$work/source"
"$newest" -m build --no-isolation --outdir "$work/dist" "$work/source" >"$work/log" ||
  { cat "$work/log" && exit 1; }
"$newest" -m pip install -q --no-deps --target "$work/installed" "$work"/dist/*.whl
for with in newest oldest; do
  # grpcio 1.51 has its fork support on where nothing is said, and then may hang in the fork that
  # starts a program.
  (cd clients/python && GRPC_ENABLE_FORK_SUPPORT=0 \
    PYTHONPATH=$work/installed "$(python_with "$with")" -m pytest -q -p no:cacheprovider)
done

#!/usr/bin/env bash
# The TypeScript client: compiled, and tested by Node's own runner.
# shellcheck source=scripts/clients/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages openssl
set_up use_node
cd clients/typescript
rm -rf dist
npm run -s test

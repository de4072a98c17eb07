#!/usr/bin/env bash
# Who may include whom (docs/architecture.md). Prints each include that is not
# allowed; fails if there is one.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}"
failed=0

# check FOLDER ALLOWED: quoted includes in FOLDER match the extended regular
# expression ALLOWED; angle includes do not match FORBIDDEN, if given.
check() {
  local folder=$1 allowed=$2 forbidden=${3:-}
  local bad
  if [[ ! -d $folder ]]; then
    printf '%s is missing\n' "$folder"
    failed=1
    return
  fi
  bad=$(grep -rnE '^#include "' "$folder" --include='*.h' --include='*.cc' |
    grep -vE "#include \"($allowed)" || true)
  if [[ -n $forbidden ]]; then
    bad+=$(grep -rnE "^#include <($forbidden)" "$folder" --include='*.h' --include='*.cc' || true)
  fi
  [[ -z $bad ]] && return
  printf '%s may not include this:\n%s\n' "$folder" "$bad"
  failed=1
}

wire='grpc|google/|pipesched/v1/'
check base 'absl/|base/' "$wire"
check engine/model 'absl/|engine/model/' "$wire"
check engine/digest 'absl/|engine/(model|digest)/' "$wire"
check engine/sim 'absl/|engine/(model|sim)/' "$wire"
check engine/order 'absl/|engine/(model|order|sim)/' "$wire"
check engine/metrics 'absl/|engine/(model|metrics)/|engine/sim/data_flow\.h' "$wire"
check engine/search 'absl/|engine/(model|order|sim|metrics|search)/' "$wire"
check engine/exchange 'absl/|engine/(model|metrics|exchange)/|engine/sim/data_flow\.h'
check render 'absl/|engine/(model|metrics)/|engine/sim/data_flow\.h|render/' "$wire"
check daemon 'absl/|base/|engine/|render/|daemon/|pipesched/v1/|google/protobuf/'
check clients/cpp 'absl/|clients/cpp/|pipesched/(v1|client)/|google/'
check clients/cli 'absl/|base/|clients/cli/|pipesched/(v1|client)/|google/|daemon/embedded\.h'
exit $failed

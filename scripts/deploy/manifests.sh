#!/usr/bin/env bash
# Chart, manifests and Kustomize component: rendered, compared with what is committed
# (PIPESCHED_UPDATE=1 writes it anew), and checked by helm, kustomize, Kubernetes'
# schemas, the CRDs and Go types of custom resources, kube-score and yamllint.
# shellcheck source=scripts/deploy/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

CHART=deploy/helm/pipesched
EMBEDDING=tests/deploy/embedding
SCHEMAS=kubernetes-validate==1.37.0
# The least version that the chart takes, and a newer one.
KUBERNETES=(1.29 1.34)

set_up install_packages python3 python3-venv yamllint
set_up use_deploy_go
helm=$(set_up go_tool helm.sh/helm/v3/cmd/helm@v3.18.6)
kustomize=$(set_up go_tool sigs.k8s.io/kustomize/kustomize/v5@v5.6.0)
kube_score=$(set_up go_tool github.com/zegl/kube-score/cmd/kube-score@v1.20.0)
python=$TOOLS/kubernetes-validate/bin/python
if [[ ! -x $python ]]; then
  set_up python3 -m venv "$TOOLS/kubernetes-validate"
  set_up "$TOOLS/kubernetes-validate/bin/pip" install -q --disable-pip-version-check "$SCHEMAS" jsonschema pyyaml
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
wrong() { say "FAILED: $*" && failed=1; }
h() { "$helm" "$@" --kube-version "${KUBERNETES[0]}.0"; }

yamllint -s -d '{extends: default, rules: {document-start: disable, line-length: {max: 200},
  braces: {max-spaces-inside: 0}, comments: {min-spaces-from-content: 1},
  indentation: {indent-sequences: whatever}}}' \
  deploy/kubernetes "$CHART"/{Chart.yaml,values.yaml,ci,files} tests/deploy/{alerts_test.yaml,kustomize}

# golden NAME: standard input is what the file holds.
golden() {
  cat >"$work/golden"
  if [[ -n ${PIPESCHED_UPDATE:-} ]]; then cp "$work/golden" "$1"; fi
  diff -u "$1" "$work/golden" >&2 || wrong "$1 is not what the chart says"
}

render() { h template pipesched "$CHART" --namespace pipesched -f "$CHART/ci/$1-values.yaml"; }
for values in "$CHART"/ci/*-values.yaml; do
  name=$(basename "$values" -values.yaml)
  h lint --strict --quiet "$CHART" -f "$values" || wrong "helm lint with $values"
  render "$name" >"$work/chart-$name.yaml"
  golden "$CHART/examples/$name.yaml" <"$work/chart-$name.yaml"
done
! grep -q '[^[:space:]]' "$work/chart-sidecar.yaml" || wrong "mode sidecar makes objects"
# The standalone form without helm is what the chart makes of its defaults.
grep -vE '^ *(helm.sh/chart|app.kubernetes.io/managed-by):' "$work/chart-default.yaml" |
  sed '/^# Source: pipesched\/templates\/tests/,$d' | sed '$d' |
  golden deploy/kubernetes/standalone/pipesched.yaml

# What contradicts itself, and what is said of it.
while IFS='|' read -r set message; do
  read -ra flags <<<"$set"
  if h template t "$CHART" "${flags[@]/#/--set=}" >/dev/null 2>"$work/said"; then
    wrong "the chart takes $set"
  elif ! grep -qF -- "$message" "$work/said"; then
    wrong "the chart refuses $set with: $(cat "$work/said")"
  fi
done <<'REFUSED'
mode=sidecar|podDisruptionBudget.enabled needs mode standalone
mode=sidecar podDisruptionBudget.enabled=false autoscaling.enabled=true|autoscaling.enabled needs mode standalone
mode=sidecar podDisruptionBudget.enabled=false serviceMonitor.enabled=true|serviceMonitor.enabled needs mode standalone
mode=other|mode
insecureAllowPublicBind=true|contradict each other
tls.enabled=false|insecureAllowPublicBind
tls.secretName=|tls.enabled needs tls.secretName
tls.clientCertificates=false tls.allowSan={a}|tls.allowSan needs
drainTimeoutSeconds=23|want more than drainDelaySeconds + drainTimeoutSeconds + 2 = 30
admin.port=50551|are the same
replicaCount=1|podDisruptionBudget.enabled needs 2 replicas
podDisruptionBudget.maxUnavailable=2|nobody answers where all 2 replicas
autoscaling.enabled=true autoscaling.minReplicas=9|is above
autoscaling.enabled=true autoscaling.targetCPUUtilizationPercentage=0|needs a target
config.listen=x|config.listen: has a value of its own
image.digest=sha256:abc|digest
replicas=3|replicas
REFUSED

# A chart that adds the sidecar to its pods.
"$helm" dependency build "$EMBEDDING" >/dev/null 2>&1
for native in true false; do
  h template trainer "$EMBEDDING" --namespace training --set "pipesched.sidecar.native=$native" \
    >"$work/embedding-$native.yaml"
done
for folder in deploy/kubernetes/{sidecar,classic-sidecar,standalone,examples} tests/deploy/kustomize; do
  "$kustomize" build "$folder" >"$work/kustomize-${folder//\//-}.yaml"
done
# The component adds to what pods have: twice, to the Job and to the Deployment.
for text in 'restartPolicy: Always' 'mountPath: /data' 'name: OMP_NUM_THREADS' 'name: PIPESCHED_SERVER'; do
  [[ $(grep -cF "$text" "$work/kustomize-tests-deploy-kustomize.yaml") -eq 2 ]] || wrong "the component: $text"
done

# The runtime of Kubeflow Trainer and the JobSet in it, by Trainer's own CRDs.
crds=$(cd "$work" && set_up go mod download -json github.com/kubeflow/trainer/v2@v2.0.0 | sed -n 's/^\t"Dir": "\(.*\)",\?$/\1/p')
all=()
for file in "$work"/*.yaml; do [[ -s $file ]] && all+=("$file"); done
for version in "${KUBERNETES[@]}"; do
  "$python" tests/deploy/check_manifests.py --kubernetes "$version" \
    --crds "$crds/manifests/base/crds" "${all[@]}" || wrong "manifests, Kubernetes $version"
done
# The check itself sees what is wrong.
for change in 's/runAsNonRoot: true/runAsNonRoot: false/' 's/enableServiceLinks: false//' \
  's/readinessProbe/readynessProbe/' 's/numProcPerNode/numProcPerNod/' 's/replicatedJobs/replicatedJob/' \
  's/medium: Memory/medium: ""/' 's/  name: torch-pipesched/&\n  namespace: x/'; do
  sed "$change" "$work/kustomize-deploy-kubernetes-examples.yaml" >"$work/changed"
  if "$python" tests/deploy/check_manifests.py --crds "$crds/manifests/base/crds" "$work/changed" >/dev/null; then
    wrong "$change is not noticed"
  fi
done

# Custom resources, by the Go types of their projects.
examples=$work/kustomize-deploy-kubernetes-examples.yaml
(cd tests/deploy/decode && set_up go build -o "$TOOLS/decode" .)
[[ $("$TOOLS/decode" "$work/chart-full.yaml" "$examples") == '4 custom resources decoded' ]] ||
  wrong "the types of the custom resources"
for change in 's/interval: 30s/intervall: 30s/' 's/ expr: / exprs: /' 's/enableDNSHostnames/enableHostnames/' \
  's/numProcPerNode/numProcPerNod/' 's/fsGroup/fsGrup/'; do
  sed "$change" "$work/chart-full.yaml" >"$work/changed"
  sed "$change" "$examples" >"$work/changed-examples"
  if "$TOOLS/decode" "$work/changed" "$work/changed-examples" >/dev/null 2>&1; then
    wrong "the types of custom resources take $change"
  fi
done

# Left out: images are named by version, which a policy of Always would pull each time.
# Pods of others have network policies of others. JobSets' pods it does not see.
for file in "${all[@]}"; do
  ! grep -q '^kind: \(JobSet\|ClusterTrainingRuntime\)' "$file" || continue
  "$kube_score" score --output-format ci --ignore-test container-image-pull-policy,pod-networkpolicy \
    --kubernetes-version "v${KUBERNETES[0]}" "$file" >"$work/score" || true
  if grep -E '^\[CRITICAL\]' "$work/score"; then wrong "kube-score, $file"; fi
done

# The daemon itself takes the chart's configuration.
if [[ -x build/release/bin/pipeschedd ]]; then
  "$python" -c 'import sys, yaml
for m in yaml.safe_load_all(open(sys.argv[1])):
    if m["kind"] == "ConfigMap": print(m["data"]["pipeschedd.yaml"])' "$work/chart-plaintext.yaml" >"$work/config"
  build/release/bin/pipeschedd --config "$work/config" --check-config >/dev/null || wrong "the chart's configuration"
fi
exit $failed

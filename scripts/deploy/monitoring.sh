#!/usr/bin/env bash
# Alerts and dashboard: promtool checks and tests the rules, and a daemon has every
# metric that they name.
# shellcheck source=scripts/deploy/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

set_up install_packages curl openssl prometheus python3 python3-yaml
cmake --preset release >/dev/null
cmake --build build/release --target pipesched pipeschedd >/dev/null
promtool check rules deploy/helm/pipesched/files/alerts.yaml >/dev/null
promtool test rules tests/deploy/alerts_test.yaml >/dev/null

work=$(mktemp -d)
trap 'kill "${daemon:-}" 2>/dev/null || true; wait; rm -rf "$work"' EXIT
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 2 \
  -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
mkfifo "$work/said"
build/release/bin/pipeschedd --listen 127.0.0.1:0 --listen "unix:$work/socket" --admin-listen 127.0.0.1:0 \
  --tls-cert "$work/cert.pem" --tls-key "$work/key.pem" 2>"$work/said" &
daemon=$!
exec 3<"$work/said"
# Not grep: it may read more lines than the one that it looks for.
admin=''
serving=false
until $serving && [[ -n $admin ]]; do
  read -r line <&3
  [[ $line != *'admin listening on '* ]] || admin=${line##* }
  [[ $line != *'health is SERVING'* ]] || serving=true
done
build/release/bin/pipesched --server "unix:$work/socket" -s 4 -b 8 --no-visualization >/dev/null
curl -sf "http://$admin/metrics" >"$work/metrics"
promtool check metrics <"$work/metrics" >/dev/null
python3 tests/deploy/check_monitoring.py "$work/metrics"

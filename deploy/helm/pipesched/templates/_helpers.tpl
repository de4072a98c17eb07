{{- define "pipesched.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "pipesched.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- $name := include "pipesched.name" . }}
{{- if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}
{{- end }}

{{- define "pipesched.selectorLabels" -}}
app.kubernetes.io/name: {{ include "pipesched.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pipesched.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "pipesched.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/component: daemon
app.kubernetes.io/part-of: pipesched
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Of the pod of helm test: what selects daemons (Service, policies) does not select it. */}}
{{- define "pipesched.testLabels" -}}
app.kubernetes.io/name: {{ include "pipesched.name" . }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: test
app.kubernetes.io/part-of: pipesched
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "pipesched.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "pipesched.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- default "default" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "pipesched.image" -}}
{{- if .Values.image.digest }}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest }}
{{- else }}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) }}
{{- end }}
{{- end }}

{{- /* The config file; its keys are those of docs/daemon.md. */ -}}
{{- define "pipesched.config" -}}
{{- $config := dict
  "listen" (list (printf "0.0.0.0:%d" (int .Values.service.port)))
  "admin_listen" (printf "0.0.0.0:%d" (int .Values.admin.port))
  "drain_delay" (printf "%ds" (int .Values.drainDelaySeconds))
  "drain_timeout" (printf "%ds" (int .Values.drainTimeoutSeconds))
  "log_format" "json" }}
{{- if .Values.tls.enabled }}
{{- $_ := set $config "tls_cert" "/etc/pipesched/tls/tls.crt" }}
{{- $_ := set $config "tls_key" "/etc/pipesched/tls/tls.key" }}
{{- if .Values.tls.clientCertificates }}
{{- $_ := set $config "tls_client_ca" "/etc/pipesched/tls/ca.crt" }}
{{- end }}
{{- with .Values.tls.allowSan }}
{{- $_ := set $config "allow_san" . }}
{{- end }}
{{- else }}
{{- $_ := set $config "insecure_allow_public_bind" true }}
{{- end }}
{{- toYaml (mergeOverwrite $config .Values.config) }}
{{- end }}

{{- define "pipesched.fail" -}}
{{- fail (printf "pipesched: %s" .) }}
{{- end }}

{{- /* Values that contradict each other. */ -}}
{{- define "pipesched.check" -}}
{{- $v := .Values }}
{{- if eq $v.mode "sidecar" }}
{{- range $name := list "autoscaling" "serviceMonitor" "prometheusRule" "dashboard" }}
{{- if (get $v $name).enabled }}
{{- include "pipesched.fail" (printf "%s.enabled needs mode standalone: a sidecar has no objects of its own" $name) }}
{{- end }}
{{- end }}
{{- if and $v.podDisruptionBudget.enabled }}
{{- include "pipesched.fail" "podDisruptionBudget.enabled needs mode standalone: a sidecar has no objects of its own" }}
{{- end }}
{{- else }}
{{- if and $v.tls.enabled $v.insecureAllowPublicBind }}
{{- include "pipesched.fail" "tls.enabled and insecureAllowPublicBind contradict each other" }}
{{- end }}
{{- if not (or $v.tls.enabled $v.insecureAllowPublicBind) }}
{{- include "pipesched.fail" "tls.enabled is false: whoever reaches the pods could ask them; say so with insecureAllowPublicBind" }}
{{- end }}
{{- if and $v.tls.enabled (not $v.tls.secretName) }}
{{- include "pipesched.fail" "tls.enabled needs tls.secretName" }}
{{- end }}
{{- if and $v.tls.allowSan (not (and $v.tls.enabled $v.tls.clientCertificates)) }}
{{- include "pipesched.fail" "tls.allowSan needs tls.enabled and tls.clientCertificates" }}
{{- end }}
{{- $stop := add (int $v.drainDelaySeconds) (int $v.drainTimeoutSeconds) 2 }}
{{- if ge (int $stop) (int $v.terminationGracePeriodSeconds) }}
{{- include "pipesched.fail" (printf "terminationGracePeriodSeconds = %d, want more than drainDelaySeconds + drainTimeoutSeconds + 2 = %d" (int $v.terminationGracePeriodSeconds) (int $stop)) }}
{{- end }}
{{- if eq (int $v.service.port) (int $v.admin.port) }}
{{- include "pipesched.fail" "service.port and admin.port are the same" }}
{{- end }}
{{- $replicas := int $v.replicaCount }}
{{- if $v.autoscaling.enabled }}
{{- $replicas = int $v.autoscaling.minReplicas }}
{{- if gt (int $v.autoscaling.minReplicas) (int $v.autoscaling.maxReplicas) }}
{{- include "pipesched.fail" "autoscaling.minReplicas is above autoscaling.maxReplicas" }}
{{- end }}
{{- if not (or $v.autoscaling.targetCPUUtilizationPercentage $v.autoscaling.targetInflightRequests) }}
{{- include "pipesched.fail" "autoscaling.enabled needs a target: targetCPUUtilizationPercentage or targetInflightRequests" }}
{{- end }}
{{- end }}
{{- if and $v.podDisruptionBudget.enabled (lt $replicas 2) }}
{{- include "pipesched.fail" "podDisruptionBudget.enabled needs 2 replicas: with one, either nodes cannot be drained or nobody answers" }}
{{- end }}
{{- $away := $v.podDisruptionBudget.maxUnavailable }}
{{- if and $v.podDisruptionBudget.enabled (not (kindIs "string" $away)) (ge (int $away) $replicas) }}
{{- include "pipesched.fail" (printf "podDisruptionBudget.maxUnavailable = %d: nobody answers where all %d replicas may be away" (int $away) $replicas) }}
{{- end }}
{{- range $key := list "listen" "admin_listen" "drain_delay" "drain_timeout" "tls_cert" "tls_key" "tls_client_ca" "allow_san" "insecure_allow_public_bind" }}
{{- if hasKey $v.config $key }}
{{- include "pipesched.fail" (printf "config.%s: has a value of its own in the chart" $key) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

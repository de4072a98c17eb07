{{- define "pipesched.name" -}}
{{ default "pipesched" .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "pipesched.selectorLabels" -}}
app.kubernetes.io/name: pipesched
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "pipesched.labels" -}}
{{ include "pipesched.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "pipesched.image" -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag }}
{{- end }}
{{- end }}

{{- define "pipesched.securityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/*
A native sidecar: an entry of initContainers. The argument is a dict of image (repository,
tag, digest), resources and socketFolder. The Pod needs a volume named pipesched
("pipesched.sidecarVolume"), mounted in the trainer too, and a runAsUser.
*/}}
{{- define "pipesched.sidecar" -}}
{{- $socket := printf "unix:%s/pipesched.sock" .socketFolder -}}
- name: pipesched
  image: {{ include "pipesched.image" .image }}
  restartPolicy: Always
  args: [--listen={{ $socket }}, --log-format=json]
  startupProbe:
    exec: {command: [/usr/bin/pipesched, health, --server={{ $socket }}]}
    periodSeconds: 1
    failureThreshold: 60
  livenessProbe:
    exec: {command: [/usr/bin/pipesched, health, --service=liveness, --server={{ $socket }}]}
    periodSeconds: 30
    timeoutSeconds: 5
  resources: {{- toYaml .resources | nindent 4 }}
  securityContext: {{- include "pipesched.securityContext" . | nindent 4 }}
  volumeMounts:
    - {name: pipesched, mountPath: {{ .socketFolder }}}
{{- end }}

{{- define "pipesched.sidecarVolume" -}}
- name: pipesched
  emptyDir: {medium: Memory, sizeLimit: 16Mi}
{{- end }}

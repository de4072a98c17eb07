{{- /*
For other charts. Their pod templates take, of the context .Subcharts.pipesched:

  initContainers:                        (containers: if sidecar.native is false)
    {{- include "pipesched.sidecar" .Subcharts.pipesched | nindent 4 }}
  volumes:
    {{- include "pipesched.sidecar.volume" .Subcharts.pipesched | nindent 4 }}
  and in the container that asks:
  env:
    {{- include "pipesched.sidecar.env" .Subcharts.pipesched | nindent 4 }}
  volumeMounts:
    {{- include "pipesched.sidecar.mount" .Subcharts.pipesched | nindent 4 }}
*/ -}}
{{- define "pipesched.sidecar" -}}
- name: pipeschedd
  image: {{ include "pipesched.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  {{- if .Values.sidecar.native }}
  restartPolicy: Always
  {{- end }}
  args:
    - --listen=unix:/run/pipesched/pipesched.sock
    - --drain-timeout={{ .Values.sidecar.drainTimeoutSeconds }}s
    - --log-format=json
    {{- range .Values.extraArgs }}
    - {{ . | quote }}
    {{- end }}
  {{- with .Values.extraEnvs }}
  env:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  startupProbe:
    exec:
      command: {{ include "pipesched.sidecar.health" "readiness" }}
    periodSeconds: 1
    timeoutSeconds: 3
    failureThreshold: 30
  readinessProbe:
    exec:
      command: {{ include "pipesched.sidecar.health" "readiness" }}
    periodSeconds: 10
    timeoutSeconds: 3
  livenessProbe:
    exec:
      command: {{ include "pipesched.sidecar.health" "liveness" }}
    periodSeconds: 20
    timeoutSeconds: 3
    failureThreshold: 3
  resources:
    {{- toYaml .Values.sidecar.resources | nindent 4 }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
  volumeMounts:
    {{- include "pipesched.sidecar.mount" . | nindent 4 }}
{{- end }}

{{- define "pipesched.sidecar.health" -}}
[/usr/bin/pipesched, health, --server, "unix:/run/pipesched/pipesched.sock", --timeout, "2", --service, {{ . }}]
{{- end }}

{{- define "pipesched.sidecar.mount" -}}
- name: pipesched-socket
  mountPath: /run/pipesched
{{- end }}

{{- define "pipesched.sidecar.env" -}}
- name: PIPESCHED_SERVER
  value: unix:/run/pipesched/pipesched.sock
{{- end }}

{{- define "pipesched.sidecar.volume" -}}
- name: pipesched-socket
  emptyDir:
    medium: Memory
    sizeLimit: 16Mi
{{- end }}

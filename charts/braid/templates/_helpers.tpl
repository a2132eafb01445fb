{{/* On every object. Argument: the root. */}}
{{- define "braid.labels" -}}
app.kubernetes.io/name: braid
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* What a workload finds its pods by; may never change. Argument: the component's name. */}}
{{- define "braid.selector" -}}
app.kubernetes.io/name: braid
app.kubernetes.io/component: {{ . }}
{{- end }}

{{/* Argument: list of the root and the image's name in the values. */}}
{{- define "braid.image" -}}
{{- $root := index . 0 }}
{{- $image := index $root.Values.images (index . 1) }}
{{- printf "%s:%s" $image.repository ($image.tag | default $root.Chart.AppVersion) | quote }}
{{- end }}

{{/* A container that needs nothing of its host. */}}
{{- define "braid.confined" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: ["ALL"]
{{- end }}

{{- define "braid.topologyName" -}}
{{ .Values.topology.existingConfigMap | default "braid-topology" }}
{{- end }}

{{- define "braid.tlsName" -}}
{{ .Values.tls.existingSecret | default "braid-tls" }}
{{- end }}

{{/* The file that the controller reads; also what its pods' checksum is made of. */}}
{{- define "braid.topology" -}}
heads:
{{ toYaml .Values.topology.heads }}
pools:
{{ toYaml .Values.topology.pools }}
{{- end }}

from pipesched.v1 import exchange_pb2 as _exchange_pb2
from pipesched.v1 import metrics_pb2 as _metrics_pb2
from pipesched.v1 import picture_pb2 as _picture_pb2
from pipesched.v1 import pipeline_pb2 as _pipeline_pb2
from pipesched.v1 import schedule_pb2 as _schedule_pb2
from pipesched.v1 import search_pb2 as _search_pb2
from pipesched.v1 import timeline_pb2 as _timeline_pb2
from pipesched.v1 import validate_pb2 as _validate_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
EXPORT_FORMAT_CHROME_TRACE: ExportFormat
EXPORT_FORMAT_DEEPSPEED_INSTRUCTIONS: ExportFormat
EXPORT_FORMAT_MEGATRON_ORDER: ExportFormat
EXPORT_FORMAT_ORDER: ExportFormat
EXPORT_FORMAT_PYTORCH_CSV: ExportFormat
EXPORT_FORMAT_PYTORCH_CSV_COMMS: ExportFormat
EXPORT_FORMAT_TIMELINE_JSON: ExportFormat
EXPORT_FORMAT_UNSPECIFIED: ExportFormat
RENDER_FORMAT_HTML: RenderFormat
RENDER_FORMAT_PDF: RenderFormat
RENDER_FORMAT_PNG: RenderFormat
RENDER_FORMAT_SVG: RenderFormat
RENDER_FORMAT_TEXT: RenderFormat
RENDER_FORMAT_UNSPECIFIED: RenderFormat
VIEW_FULL: View
VIEW_SUMMARY: View
VIEW_UNSPECIFIED: View

class ComputeScheduleRequest(_message.Message):
    __slots__ = ["pipeline", "ranks", "schedule", "view"]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    RANKS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    VIEW_FIELD_NUMBER: _ClassVar[int]
    pipeline: _pipeline_pb2.Pipeline
    ranks: _containers.RepeatedScalarFieldContainer[int]
    schedule: _schedule_pb2.Schedule
    view: View
    def __init__(self, pipeline: _Optional[_Union[_pipeline_pb2.Pipeline, _Mapping]] = ..., schedule: _Optional[_Union[_schedule_pb2.Schedule, _Mapping]] = ..., view: _Optional[_Union[View, str]] = ..., ranks: _Optional[_Iterable[int]] = ...) -> None: ...

class ComputeScheduleResponse(_message.Message):
    __slots__ = ["digest", "metrics", "notes", "order_digest", "shape", "timeline"]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    ORDER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    digest: str
    metrics: _metrics_pb2.Metrics
    notes: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.Note]
    order_digest: str
    shape: _pipeline_pb2.PipelineShape
    timeline: _timeline_pb2.Timeline
    def __init__(self, digest: _Optional[str] = ..., order_digest: _Optional[str] = ..., metrics: _Optional[_Union[_metrics_pb2.Metrics, _Mapping]] = ..., timeline: _Optional[_Union[_timeline_pb2.Timeline, _Mapping]] = ..., notes: _Optional[_Iterable[_Union[_metrics_pb2.Note, _Mapping]]] = ..., shape: _Optional[_Union[_pipeline_pb2.PipelineShape, _Mapping]] = ...) -> None: ...

class ExportScheduleRequest(_message.Message):
    __slots__ = ["format", "options", "pipeline", "schedule"]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    format: ExportFormat
    options: _exchange_pb2.ExportOptions
    pipeline: _pipeline_pb2.Pipeline
    schedule: _schedule_pb2.Schedule
    def __init__(self, pipeline: _Optional[_Union[_pipeline_pb2.Pipeline, _Mapping]] = ..., schedule: _Optional[_Union[_schedule_pb2.Schedule, _Mapping]] = ..., format: _Optional[_Union[ExportFormat, str]] = ..., options: _Optional[_Union[_exchange_pb2.ExportOptions, _Mapping]] = ...) -> None: ...

class ExportScheduleResponse(_message.Message):
    __slots__ = ["content", "content_type", "digest", "notes", "order_digest"]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    ORDER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    content_type: str
    digest: str
    notes: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.Note]
    order_digest: str
    def __init__(self, content: _Optional[bytes] = ..., content_type: _Optional[str] = ..., digest: _Optional[str] = ..., order_digest: _Optional[str] = ..., notes: _Optional[_Iterable[_Union[_metrics_pb2.Note, _Mapping]]] = ...) -> None: ...

class GetServerInfoRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetServerInfoResponse(_message.Message):
    __slots__ = ["algorithm_version", "api_version_high", "api_version_low", "commit", "export_formats", "limits", "render_formats", "version"]
    ALGORITHM_VERSION_FIELD_NUMBER: _ClassVar[int]
    API_VERSION_HIGH_FIELD_NUMBER: _ClassVar[int]
    API_VERSION_LOW_FIELD_NUMBER: _ClassVar[int]
    COMMIT_FIELD_NUMBER: _ClassVar[int]
    EXPORT_FORMATS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    RENDER_FORMATS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    algorithm_version: int
    api_version_high: str
    api_version_low: str
    commit: str
    export_formats: _containers.RepeatedScalarFieldContainer[ExportFormat]
    limits: ServerLimits
    render_formats: _containers.RepeatedScalarFieldContainer[RenderFormat]
    version: str
    def __init__(self, version: _Optional[str] = ..., commit: _Optional[str] = ..., api_version_low: _Optional[str] = ..., api_version_high: _Optional[str] = ..., algorithm_version: _Optional[int] = ..., limits: _Optional[_Union[ServerLimits, _Mapping]] = ..., render_formats: _Optional[_Iterable[_Union[RenderFormat, str]]] = ..., export_formats: _Optional[_Iterable[_Union[ExportFormat, str]]] = ...) -> None: ...

class ListScheduleKindsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListScheduleKindsResponse(_message.Message):
    __slots__ = ["kinds"]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedCompositeFieldContainer[_schedule_pb2.ScheduleKindInfo]
    def __init__(self, kinds: _Optional[_Iterable[_Union[_schedule_pb2.ScheduleKindInfo, _Mapping]]] = ...) -> None: ...

class RenderOptions(_message.Message):
    __slots__ = ["end_time", "height", "memory", "ranks", "scale", "show_arrows", "show_critical_path", "start_time", "text", "theme", "time_unit", "title", "width"]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    RANKS_FIELD_NUMBER: _ClassVar[int]
    SCALE_FIELD_NUMBER: _ClassVar[int]
    SHOW_ARROWS_FIELD_NUMBER: _ClassVar[int]
    SHOW_CRITICAL_PATH_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    THEME_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIT_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    end_time: float
    height: int
    memory: _picture_pb2.MemoryCurve
    ranks: _containers.RepeatedScalarFieldContainer[int]
    scale: float
    show_arrows: bool
    show_critical_path: bool
    start_time: float
    text: _picture_pb2.TextStyle
    theme: _picture_pb2.Theme
    time_unit: str
    title: str
    width: int
    def __init__(self, title: _Optional[str] = ..., time_unit: _Optional[str] = ..., theme: _Optional[_Union[_picture_pb2.Theme, str]] = ..., show_arrows: bool = ..., show_critical_path: bool = ..., memory: _Optional[_Union[_picture_pb2.MemoryCurve, str]] = ..., start_time: _Optional[float] = ..., end_time: _Optional[float] = ..., ranks: _Optional[_Iterable[int]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., scale: _Optional[float] = ..., text: _Optional[_Union[_picture_pb2.TextStyle, _Mapping]] = ...) -> None: ...

class RenderScheduleRequest(_message.Message):
    __slots__ = ["compared", "format", "options", "pipeline", "schedule"]
    COMPARED_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    compared: _containers.RepeatedCompositeFieldContainer[_schedule_pb2.Schedule]
    format: RenderFormat
    options: RenderOptions
    pipeline: _pipeline_pb2.Pipeline
    schedule: _schedule_pb2.Schedule
    def __init__(self, pipeline: _Optional[_Union[_pipeline_pb2.Pipeline, _Mapping]] = ..., schedule: _Optional[_Union[_schedule_pb2.Schedule, _Mapping]] = ..., format: _Optional[_Union[RenderFormat, str]] = ..., options: _Optional[_Union[RenderOptions, _Mapping]] = ..., compared: _Optional[_Iterable[_Union[_schedule_pb2.Schedule, _Mapping]]] = ...) -> None: ...

class RenderScheduleResponse(_message.Message):
    __slots__ = ["content", "content_type", "digest", "height", "notes", "order_digest", "width"]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    CONTENT_TYPE_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    ORDER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    content: bytes
    content_type: str
    digest: str
    height: int
    notes: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.Note]
    order_digest: str
    width: int
    def __init__(self, content: _Optional[bytes] = ..., content_type: _Optional[str] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., digest: _Optional[str] = ..., order_digest: _Optional[str] = ..., notes: _Optional[_Iterable[_Union[_metrics_pb2.Note, _Mapping]]] = ...) -> None: ...

class ServerLimits(_message.Message):
    __slots__ = ["max_chunks_per_rank", "max_message_bytes", "max_microbatches", "max_ops", "max_order_text_bytes", "max_picture_pixels", "max_picture_side", "max_ranks"]
    MAX_CHUNKS_PER_RANK_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_MICROBATCHES_FIELD_NUMBER: _ClassVar[int]
    MAX_OPS_FIELD_NUMBER: _ClassVar[int]
    MAX_ORDER_TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_PICTURE_PIXELS_FIELD_NUMBER: _ClassVar[int]
    MAX_PICTURE_SIDE_FIELD_NUMBER: _ClassVar[int]
    MAX_RANKS_FIELD_NUMBER: _ClassVar[int]
    max_chunks_per_rank: int
    max_message_bytes: int
    max_microbatches: int
    max_ops: int
    max_order_text_bytes: int
    max_picture_pixels: int
    max_picture_side: int
    max_ranks: int
    def __init__(self, max_ranks: _Optional[int] = ..., max_chunks_per_rank: _Optional[int] = ..., max_microbatches: _Optional[int] = ..., max_ops: _Optional[int] = ..., max_message_bytes: _Optional[int] = ..., max_picture_side: _Optional[int] = ..., max_picture_pixels: _Optional[int] = ..., max_order_text_bytes: _Optional[int] = ...) -> None: ...

class StreamScheduleRequest(_message.Message):
    __slots__ = ["pipeline", "ranks", "schedule"]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    RANKS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    pipeline: _pipeline_pb2.Pipeline
    ranks: _containers.RepeatedScalarFieldContainer[int]
    schedule: _schedule_pb2.Schedule
    def __init__(self, pipeline: _Optional[_Union[_pipeline_pb2.Pipeline, _Mapping]] = ..., schedule: _Optional[_Union[_schedule_pb2.Schedule, _Mapping]] = ..., ranks: _Optional[_Iterable[int]] = ...) -> None: ...

class StreamScheduleResponse(_message.Message):
    __slots__ = ["digest", "metrics", "notes", "order_digest", "shape", "timeline"]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    ORDER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    digest: str
    metrics: _metrics_pb2.Metrics
    notes: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.Note]
    order_digest: str
    shape: _pipeline_pb2.PipelineShape
    timeline: _timeline_pb2.Timeline
    def __init__(self, digest: _Optional[str] = ..., order_digest: _Optional[str] = ..., metrics: _Optional[_Union[_metrics_pb2.Metrics, _Mapping]] = ..., timeline: _Optional[_Union[_timeline_pb2.Timeline, _Mapping]] = ..., notes: _Optional[_Iterable[_Union[_metrics_pb2.Note, _Mapping]]] = ..., shape: _Optional[_Union[_pipeline_pb2.PipelineShape, _Mapping]] = ...) -> None: ...

class View(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class RenderFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ExportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

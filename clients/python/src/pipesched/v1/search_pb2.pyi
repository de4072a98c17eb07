from pipesched.v1 import metrics_pb2 as _metrics_pb2
from pipesched.v1 import pipeline_pb2 as _pipeline_pb2
from pipesched.v1 import schedule_pb2 as _schedule_pb2
from pipesched.v1 import timeline_pb2 as _timeline_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SEARCH_OBJECTIVE_LONGEST_RANK_SPAN: SearchObjective
SEARCH_OBJECTIVE_LONGEST_RANK_SPAN_FREE_START: SearchObjective
SEARCH_OBJECTIVE_MAKESPAN: SearchObjective
SEARCH_OBJECTIVE_UNSPECIFIED: SearchObjective
SEARCH_PLACEMENT_ANY: SearchPlacement
SEARCH_PLACEMENT_LINEAR: SearchPlacement
SEARCH_PLACEMENT_ROUND_ROBIN: SearchPlacement
SEARCH_PLACEMENT_UNSPECIFIED: SearchPlacement
SEARCH_PLACEMENT_V: SearchPlacement

class CompareSchedulesRequest(_message.Message):
    __slots__ = ["chunks_per_rank", "fit_memory", "pipeline"]
    CHUNKS_PER_RANK_FIELD_NUMBER: _ClassVar[int]
    FIT_MEMORY_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    chunks_per_rank: _containers.RepeatedScalarFieldContainer[int]
    fit_memory: bool
    pipeline: _pipeline_pb2.Pipeline
    def __init__(self, pipeline: _Optional[_Union[_pipeline_pb2.Pipeline, _Mapping]] = ..., chunks_per_rank: _Optional[_Iterable[int]] = ..., fit_memory: bool = ...) -> None: ...

class CompareSchedulesResponse(_message.Message):
    __slots__ = ["rows"]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[ComparisonRow]
    def __init__(self, rows: _Optional[_Iterable[_Union[ComparisonRow, _Mapping]]] = ...) -> None: ...

class ComparisonRow(_message.Message):
    __slots__ = ["chunks_per_rank", "digest", "fits_memory", "kind", "left_out", "metrics", "name", "order_digest", "placement"]
    CHUNKS_PER_RANK_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    FITS_MEMORY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ORDER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    chunks_per_rank: int
    digest: str
    fits_memory: bool
    kind: _schedule_pb2.ScheduleKind
    left_out: str
    metrics: _metrics_pb2.Metrics
    name: str
    order_digest: str
    placement: _schedule_pb2.PlacementKind
    def __init__(self, kind: _Optional[_Union[_schedule_pb2.ScheduleKind, str]] = ..., name: _Optional[str] = ..., chunks_per_rank: _Optional[int] = ..., placement: _Optional[_Union[_schedule_pb2.PlacementKind, str]] = ..., left_out: _Optional[str] = ..., metrics: _Optional[_Union[_metrics_pb2.Metrics, _Mapping]] = ..., fits_memory: bool = ..., digest: _Optional[str] = ..., order_digest: _Optional[str] = ...) -> None: ...

class ParetoPoint(_message.Message):
    __slots__ = ["bound", "makespan", "memory_limit_bytes", "objective_value", "order", "peak_bytes", "shape"]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    MAKESPAN_FIELD_NUMBER: _ClassVar[int]
    MEMORY_LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_VALUE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PEAK_BYTES_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    bound: float
    makespan: float
    memory_limit_bytes: int
    objective_value: float
    order: str
    peak_bytes: int
    shape: _pipeline_pb2.PipelineShape
    def __init__(self, memory_limit_bytes: _Optional[int] = ..., peak_bytes: _Optional[int] = ..., objective_value: _Optional[float] = ..., makespan: _Optional[float] = ..., bound: _Optional[float] = ..., order: _Optional[str] = ..., shape: _Optional[_Union[_pipeline_pb2.PipelineShape, _Mapping]] = ...) -> None: ...

class SearchScheduleRequest(_message.Message):
    __slots__ = ["candidate_budget", "chunks_per_rank", "objective", "pareto", "pipeline", "placement", "ranks", "seed", "split_backward", "target_gap", "threads", "time_budget", "with_timeline"]
    CANDIDATE_BUDGET_FIELD_NUMBER: _ClassVar[int]
    CHUNKS_PER_RANK_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    PARETO_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    RANKS_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    SPLIT_BACKWARD_FIELD_NUMBER: _ClassVar[int]
    TARGET_GAP_FIELD_NUMBER: _ClassVar[int]
    THREADS_FIELD_NUMBER: _ClassVar[int]
    TIME_BUDGET_FIELD_NUMBER: _ClassVar[int]
    WITH_TIMELINE_FIELD_NUMBER: _ClassVar[int]
    candidate_budget: int
    chunks_per_rank: int
    objective: SearchObjective
    pareto: bool
    pipeline: _pipeline_pb2.Pipeline
    placement: SearchPlacement
    ranks: _containers.RepeatedScalarFieldContainer[int]
    seed: int
    split_backward: bool
    target_gap: float
    threads: int
    time_budget: float
    with_timeline: bool
    def __init__(self, pipeline: _Optional[_Union[_pipeline_pb2.Pipeline, _Mapping]] = ..., placement: _Optional[_Union[SearchPlacement, str]] = ..., chunks_per_rank: _Optional[int] = ..., split_backward: bool = ..., objective: _Optional[_Union[SearchObjective, str]] = ..., time_budget: _Optional[float] = ..., candidate_budget: _Optional[int] = ..., target_gap: _Optional[float] = ..., seed: _Optional[int] = ..., threads: _Optional[int] = ..., with_timeline: bool = ..., ranks: _Optional[_Iterable[int]] = ..., pareto: bool = ...) -> None: ...

class SearchScheduleResponse(_message.Message):
    __slots__ = ["digest", "metrics", "notes", "order", "order_digest", "pareto", "pipeline", "search", "shape", "timeline"]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    ORDER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PARETO_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    SEARCH_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    TIMELINE_FIELD_NUMBER: _ClassVar[int]
    digest: str
    metrics: _metrics_pb2.Metrics
    notes: _containers.RepeatedCompositeFieldContainer[_metrics_pb2.Note]
    order: str
    order_digest: str
    pareto: _containers.RepeatedCompositeFieldContainer[ParetoPoint]
    pipeline: _pipeline_pb2.Pipeline
    search: SearchStatus
    shape: _pipeline_pb2.PipelineShape
    timeline: _timeline_pb2.Timeline
    def __init__(self, digest: _Optional[str] = ..., order_digest: _Optional[str] = ..., metrics: _Optional[_Union[_metrics_pb2.Metrics, _Mapping]] = ..., timeline: _Optional[_Union[_timeline_pb2.Timeline, _Mapping]] = ..., notes: _Optional[_Iterable[_Union[_metrics_pb2.Note, _Mapping]]] = ..., shape: _Optional[_Union[_pipeline_pb2.PipelineShape, _Mapping]] = ..., search: _Optional[_Union[SearchStatus, _Mapping]] = ..., order: _Optional[str] = ..., pipeline: _Optional[_Union[_pipeline_pb2.Pipeline, _Mapping]] = ..., pareto: _Optional[_Iterable[_Union[ParetoPoint, _Mapping]]] = ...) -> None: ...

class SearchStatus(_message.Message):
    __slots__ = ["bound", "candidates", "elapsed", "finished", "found_as", "gap", "objective", "objective_value", "proven_optimal"]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    CANDIDATES_FIELD_NUMBER: _ClassVar[int]
    ELAPSED_FIELD_NUMBER: _ClassVar[int]
    FINISHED_FIELD_NUMBER: _ClassVar[int]
    FOUND_AS_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_FIELD_NUMBER: _ClassVar[int]
    OBJECTIVE_VALUE_FIELD_NUMBER: _ClassVar[int]
    PROVEN_OPTIMAL_FIELD_NUMBER: _ClassVar[int]
    bound: float
    candidates: int
    elapsed: float
    finished: bool
    found_as: str
    gap: float
    objective: SearchObjective
    objective_value: float
    proven_optimal: bool
    def __init__(self, objective: _Optional[_Union[SearchObjective, str]] = ..., objective_value: _Optional[float] = ..., bound: _Optional[float] = ..., gap: _Optional[float] = ..., candidates: _Optional[int] = ..., elapsed: _Optional[float] = ..., proven_optimal: bool = ..., found_as: _Optional[str] = ..., finished: bool = ...) -> None: ...

class SearchObjective(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class SearchPlacement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

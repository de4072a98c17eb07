from pipesched.v1 import timeline_pb2 as _timeline_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CriticalPath(_message.Message):
    __slots__ = ["compute_time", "num_ops", "p2p_time"]
    COMPUTE_TIME_FIELD_NUMBER: _ClassVar[int]
    NUM_OPS_FIELD_NUMBER: _ClassVar[int]
    P2P_TIME_FIELD_NUMBER: _ClassVar[int]
    compute_time: float
    num_ops: int
    p2p_time: float
    def __init__(self, num_ops: _Optional[int] = ..., compute_time: _Optional[float] = ..., p2p_time: _Optional[float] = ...) -> None: ...

class Metrics(_message.Message):
    __slots__ = ["bubble_overhead", "bubble_rate", "critical_path", "gap", "longest_rank_span", "longest_span_bubble_rate", "lower_bound", "makespan", "ranks"]
    BUBBLE_OVERHEAD_FIELD_NUMBER: _ClassVar[int]
    BUBBLE_RATE_FIELD_NUMBER: _ClassVar[int]
    CRITICAL_PATH_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    LONGEST_RANK_SPAN_FIELD_NUMBER: _ClassVar[int]
    LONGEST_SPAN_BUBBLE_RATE_FIELD_NUMBER: _ClassVar[int]
    LOWER_BOUND_FIELD_NUMBER: _ClassVar[int]
    MAKESPAN_FIELD_NUMBER: _ClassVar[int]
    RANKS_FIELD_NUMBER: _ClassVar[int]
    bubble_overhead: float
    bubble_rate: float
    critical_path: CriticalPath
    gap: float
    longest_rank_span: float
    longest_span_bubble_rate: float
    lower_bound: float
    makespan: float
    ranks: _containers.RepeatedCompositeFieldContainer[RankMetrics]
    def __init__(self, makespan: _Optional[float] = ..., bubble_rate: _Optional[float] = ..., bubble_overhead: _Optional[float] = ..., longest_rank_span: _Optional[float] = ..., longest_span_bubble_rate: _Optional[float] = ..., lower_bound: _Optional[float] = ..., gap: _Optional[float] = ..., ranks: _Optional[_Iterable[_Union[RankMetrics, _Mapping]]] = ..., critical_path: _Optional[_Union[CriticalPath, _Mapping]] = ...) -> None: ...

class Note(_message.Message):
    __slots__ = ["code", "message", "metadata"]
    class MetadataEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    METADATA_FIELD_NUMBER: _ClassVar[int]
    code: str
    message: str
    metadata: _containers.ScalarMap[str, str]
    def __init__(self, code: _Optional[str] = ..., message: _Optional[str] = ..., metadata: _Optional[_Mapping[str, str]] = ...) -> None: ...

class RankMetrics(_message.Message):
    __slots__ = ["busy", "idle", "idle_after", "idle_before", "idle_between", "peak_activations", "peak_bytes", "peak_op", "rank"]
    BUSY_FIELD_NUMBER: _ClassVar[int]
    IDLE_AFTER_FIELD_NUMBER: _ClassVar[int]
    IDLE_BEFORE_FIELD_NUMBER: _ClassVar[int]
    IDLE_BETWEEN_FIELD_NUMBER: _ClassVar[int]
    IDLE_FIELD_NUMBER: _ClassVar[int]
    PEAK_ACTIVATIONS_FIELD_NUMBER: _ClassVar[int]
    PEAK_BYTES_FIELD_NUMBER: _ClassVar[int]
    PEAK_OP_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    busy: float
    idle: float
    idle_after: float
    idle_before: float
    idle_between: float
    peak_activations: int
    peak_bytes: int
    peak_op: _timeline_pb2.OpRef
    rank: int
    def __init__(self, rank: _Optional[int] = ..., busy: _Optional[float] = ..., idle: _Optional[float] = ..., idle_before: _Optional[float] = ..., idle_between: _Optional[float] = ..., idle_after: _Optional[float] = ..., peak_activations: _Optional[int] = ..., peak_bytes: _Optional[int] = ..., peak_op: _Optional[_Union[_timeline_pb2.OpRef, _Mapping]] = ...) -> None: ...

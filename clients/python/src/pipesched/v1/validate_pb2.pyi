from pipesched.v1 import exchange_pb2 as _exchange_pb2
from pipesched.v1 import pipeline_pb2 as _pipeline_pb2
from pipesched.v1 import schedule_pb2 as _schedule_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ValidateScheduleRequest(_message.Message):
    __slots__ = ["lowering", "pipeline", "schedule", "transport"]
    LOWERING_FIELD_NUMBER: _ClassVar[int]
    PIPELINE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    lowering: _exchange_pb2.Lowering
    pipeline: _pipeline_pb2.Pipeline
    schedule: _schedule_pb2.Schedule
    transport: _exchange_pb2.Transport
    def __init__(self, pipeline: _Optional[_Union[_pipeline_pb2.Pipeline, _Mapping]] = ..., schedule: _Optional[_Union[_schedule_pb2.Schedule, _Mapping]] = ..., transport: _Optional[_Union[_exchange_pb2.Transport, str]] = ..., lowering: _Optional[_Union[_exchange_pb2.Lowering, str]] = ...) -> None: ...

class ValidateScheduleResponse(_message.Message):
    __slots__ = ["action_count", "finding_count", "findings", "has_transfers", "num_microbatches", "num_ranks", "num_stages", "order_digest", "safe", "transport"]
    ACTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    FINDING_COUNT_FIELD_NUMBER: _ClassVar[int]
    HAS_TRANSFERS_FIELD_NUMBER: _ClassVar[int]
    NUM_MICROBATCHES_FIELD_NUMBER: _ClassVar[int]
    NUM_RANKS_FIELD_NUMBER: _ClassVar[int]
    NUM_STAGES_FIELD_NUMBER: _ClassVar[int]
    ORDER_DIGEST_FIELD_NUMBER: _ClassVar[int]
    SAFE_FIELD_NUMBER: _ClassVar[int]
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    action_count: int
    finding_count: int
    findings: _containers.RepeatedCompositeFieldContainer[_exchange_pb2.Finding]
    has_transfers: bool
    num_microbatches: int
    num_ranks: int
    num_stages: int
    order_digest: str
    safe: bool
    transport: _exchange_pb2.Transport
    def __init__(self, safe: bool = ..., findings: _Optional[_Iterable[_Union[_exchange_pb2.Finding, _Mapping]]] = ..., finding_count: _Optional[int] = ..., has_transfers: bool = ..., transport: _Optional[_Union[_exchange_pb2.Transport, str]] = ..., num_ranks: _Optional[int] = ..., num_stages: _Optional[int] = ..., num_microbatches: _Optional[int] = ..., action_count: _Optional[int] = ..., order_digest: _Optional[str] = ...) -> None: ...

from pipesched.v1 import exchange_pb2 as _exchange_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
PLACEMENT_KIND_BIDIRECTIONAL: PlacementKind
PLACEMENT_KIND_GIVEN: PlacementKind
PLACEMENT_KIND_LINEAR: PlacementKind
PLACEMENT_KIND_ROUND_ROBIN: PlacementKind
PLACEMENT_KIND_UNSPECIFIED: PlacementKind
PLACEMENT_KIND_V: PlacementKind
PLACEMENT_KIND_WAVE: PlacementKind
SCHEDULE_KIND_1F1B: ScheduleKind
SCHEDULE_KIND_1F1B_OVERLAP: ScheduleKind
SCHEDULE_KIND_CHIMERA: ScheduleKind
SCHEDULE_KIND_CUSTOM: ScheduleKind
SCHEDULE_KIND_DUALPIPE: ScheduleKind
SCHEDULE_KIND_DUALPIPE_V: ScheduleKind
SCHEDULE_KIND_EAGER_1F1B: ScheduleKind
SCHEDULE_KIND_GPIPE: ScheduleKind
SCHEDULE_KIND_INTERLEAVED_1F1B: ScheduleKind
SCHEDULE_KIND_INTERLEAVED_1F1B_OVERLAP: ScheduleKind
SCHEDULE_KIND_INTERLEAVED_ZB: ScheduleKind
SCHEDULE_KIND_LOOPED_BFS: ScheduleKind
SCHEDULE_KIND_UNSPECIFIED: ScheduleKind
SCHEDULE_KIND_V_1F1B: ScheduleKind
SCHEDULE_KIND_V_HALF: ScheduleKind
SCHEDULE_KIND_V_MIN: ScheduleKind
SCHEDULE_KIND_WAVE: ScheduleKind
SCHEDULE_KIND_ZBV: ScheduleKind
SCHEDULE_KIND_ZB_H1: ScheduleKind
SCHEDULE_KIND_ZB_H2: ScheduleKind

class Schedule(_message.Message):
    __slots__ = ["csv_dialect", "fsdp_times", "kind", "microbatch_group_size", "order", "pytorch_csv", "stage_to_rank"]
    CSV_DIALECT_FIELD_NUMBER: _ClassVar[int]
    FSDP_TIMES_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MICROBATCH_GROUP_SIZE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PYTORCH_CSV_FIELD_NUMBER: _ClassVar[int]
    STAGE_TO_RANK_FIELD_NUMBER: _ClassVar[int]
    csv_dialect: _exchange_pb2.CsvDialect
    fsdp_times: _exchange_pb2.FsdpTimes
    kind: ScheduleKind
    microbatch_group_size: int
    order: str
    pytorch_csv: str
    stage_to_rank: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, kind: _Optional[_Union[ScheduleKind, str]] = ..., microbatch_group_size: _Optional[int] = ..., order: _Optional[str] = ..., stage_to_rank: _Optional[_Iterable[int]] = ..., pytorch_csv: _Optional[str] = ..., csv_dialect: _Optional[_Union[_exchange_pb2.CsvDialect, str]] = ..., fsdp_times: _Optional[_Union[_exchange_pb2.FsdpTimes, _Mapping]] = ...) -> None: ...

class ScheduleKindInfo(_message.Message):
    __slots__ = ["description", "kind", "legality", "name", "parameters", "placement", "source"]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LEGALITY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    description: str
    kind: ScheduleKind
    legality: str
    name: str
    parameters: _containers.RepeatedScalarFieldContainer[str]
    placement: PlacementKind
    source: str
    def __init__(self, kind: _Optional[_Union[ScheduleKind, str]] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., placement: _Optional[_Union[PlacementKind, str]] = ..., parameters: _Optional[_Iterable[str]] = ..., legality: _Optional[str] = ..., source: _Optional[str] = ...) -> None: ...

class ScheduleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class PlacementKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
OP_KIND_BACKWARD: OpKind
OP_KIND_BACKWARD_INPUT: OpKind
OP_KIND_BACKWARD_WEIGHT: OpKind
OP_KIND_FORWARD: OpKind
OP_KIND_UNSPECIFIED: OpKind

class OpRef(_message.Message):
    __slots__ = ["kind", "microbatch", "stage"]
    KIND_FIELD_NUMBER: _ClassVar[int]
    MICROBATCH_FIELD_NUMBER: _ClassVar[int]
    STAGE_FIELD_NUMBER: _ClassVar[int]
    kind: OpKind
    microbatch: int
    stage: int
    def __init__(self, kind: _Optional[_Union[OpKind, str]] = ..., stage: _Optional[int] = ..., microbatch: _Optional[int] = ...) -> None: ...

class Timeline(_message.Message):
    __slots__ = ["critical", "ends", "fused", "held_bytes", "kinds", "microbatches", "rank_offsets", "stages", "starts"]
    CRITICAL_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    FUSED_FIELD_NUMBER: _ClassVar[int]
    HELD_BYTES_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    MICROBATCHES_FIELD_NUMBER: _ClassVar[int]
    RANK_OFFSETS_FIELD_NUMBER: _ClassVar[int]
    STAGES_FIELD_NUMBER: _ClassVar[int]
    STARTS_FIELD_NUMBER: _ClassVar[int]
    critical: _containers.RepeatedScalarFieldContainer[bool]
    ends: _containers.RepeatedScalarFieldContainer[float]
    fused: _containers.RepeatedScalarFieldContainer[bool]
    held_bytes: _containers.RepeatedScalarFieldContainer[int]
    kinds: _containers.RepeatedScalarFieldContainer[OpKind]
    microbatches: _containers.RepeatedScalarFieldContainer[int]
    rank_offsets: _containers.RepeatedScalarFieldContainer[int]
    stages: _containers.RepeatedScalarFieldContainer[int]
    starts: _containers.RepeatedScalarFieldContainer[float]
    def __init__(self, rank_offsets: _Optional[_Iterable[int]] = ..., kinds: _Optional[_Iterable[_Union[OpKind, str]]] = ..., stages: _Optional[_Iterable[int]] = ..., microbatches: _Optional[_Iterable[int]] = ..., starts: _Optional[_Iterable[float]] = ..., ends: _Optional[_Iterable[float]] = ..., fused: _Optional[_Iterable[bool]] = ..., critical: _Optional[_Iterable[bool]] = ..., held_bytes: _Optional[_Iterable[int]] = ...) -> None: ...

class OpKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

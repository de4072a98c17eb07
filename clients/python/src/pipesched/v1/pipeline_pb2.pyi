from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Pipeline(_message.Message):
    __slots__ = ["chunks_per_rank", "memory_limit_bytes", "num_microbatches", "num_stages", "p2p_time", "p2p_times_backward", "p2p_times_forward", "stage_costs"]
    CHUNKS_PER_RANK_FIELD_NUMBER: _ClassVar[int]
    MEMORY_LIMIT_BYTES_FIELD_NUMBER: _ClassVar[int]
    NUM_MICROBATCHES_FIELD_NUMBER: _ClassVar[int]
    NUM_STAGES_FIELD_NUMBER: _ClassVar[int]
    P2P_TIMES_BACKWARD_FIELD_NUMBER: _ClassVar[int]
    P2P_TIMES_FORWARD_FIELD_NUMBER: _ClassVar[int]
    P2P_TIME_FIELD_NUMBER: _ClassVar[int]
    STAGE_COSTS_FIELD_NUMBER: _ClassVar[int]
    chunks_per_rank: int
    memory_limit_bytes: _containers.RepeatedScalarFieldContainer[int]
    num_microbatches: int
    num_stages: int
    p2p_time: float
    p2p_times_backward: _containers.RepeatedScalarFieldContainer[float]
    p2p_times_forward: _containers.RepeatedScalarFieldContainer[float]
    stage_costs: _containers.RepeatedCompositeFieldContainer[StageCost]
    def __init__(self, num_stages: _Optional[int] = ..., num_microbatches: _Optional[int] = ..., chunks_per_rank: _Optional[int] = ..., stage_costs: _Optional[_Iterable[_Union[StageCost, _Mapping]]] = ..., p2p_time: _Optional[float] = ..., p2p_times_forward: _Optional[_Iterable[float]] = ..., p2p_times_backward: _Optional[_Iterable[float]] = ..., memory_limit_bytes: _Optional[_Iterable[int]] = ...) -> None: ...

class PipelineShape(_message.Message):
    __slots__ = ["chunks_per_rank", "num_microbatches", "num_ranks", "num_stages"]
    CHUNKS_PER_RANK_FIELD_NUMBER: _ClassVar[int]
    NUM_MICROBATCHES_FIELD_NUMBER: _ClassVar[int]
    NUM_RANKS_FIELD_NUMBER: _ClassVar[int]
    NUM_STAGES_FIELD_NUMBER: _ClassVar[int]
    chunks_per_rank: int
    num_microbatches: int
    num_ranks: int
    num_stages: int
    def __init__(self, num_ranks: _Optional[int] = ..., num_stages: _Optional[int] = ..., chunks_per_rank: _Optional[int] = ..., num_microbatches: _Optional[int] = ...) -> None: ...

class StageCost(_message.Message):
    __slots__ = ["activation_bytes", "backward", "backward_input", "backward_weight", "forward", "overlapped_pair", "static_bytes", "weight_grad_bytes"]
    ACTIVATION_BYTES_FIELD_NUMBER: _ClassVar[int]
    BACKWARD_FIELD_NUMBER: _ClassVar[int]
    BACKWARD_INPUT_FIELD_NUMBER: _ClassVar[int]
    BACKWARD_WEIGHT_FIELD_NUMBER: _ClassVar[int]
    FORWARD_FIELD_NUMBER: _ClassVar[int]
    OVERLAPPED_PAIR_FIELD_NUMBER: _ClassVar[int]
    STATIC_BYTES_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_GRAD_BYTES_FIELD_NUMBER: _ClassVar[int]
    activation_bytes: int
    backward: float
    backward_input: float
    backward_weight: float
    forward: float
    overlapped_pair: float
    static_bytes: int
    weight_grad_bytes: int
    def __init__(self, forward: _Optional[float] = ..., backward: _Optional[float] = ..., backward_input: _Optional[float] = ..., backward_weight: _Optional[float] = ..., overlapped_pair: _Optional[float] = ..., activation_bytes: _Optional[int] = ..., weight_grad_bytes: _Optional[int] = ..., static_bytes: _Optional[int] = ...) -> None: ...

from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

CSV_DIALECT_PYTORCH: CsvDialect
CSV_DIALECT_PYTORCH_LEGACY: CsvDialect
CSV_DIALECT_UNSPECIFIED: CsvDialect
DESCRIPTOR: _descriptor.FileDescriptor
LOWERING_EAGER: Lowering
LOWERING_REPAIR: Lowering
LOWERING_SAFE: Lowering
LOWERING_UNSPECIFIED: Lowering
RULE_CYCLE: Rule
RULE_DEADLOCK: Rule
RULE_DUPLICATE: Rule
RULE_MISSING: Rule
RULE_OUT_OF_ORDER: Rule
RULE_OUT_OF_RANGE: Rule
RULE_STAGE_ON_TWO_RANKS: Rule
RULE_UNMATCHED_TRANSFER: Rule
RULE_UNSPECIFIED: Rule
TRANSPORT_ASYNC: Transport
TRANSPORT_PER_EDGE_FIFO: Transport
TRANSPORT_PER_PAIR_FIFO: Transport
TRANSPORT_RENDEZVOUS: Transport
TRANSPORT_UNSPECIFIED: Transport

class ExportOptions(_message.Message):
    __slots__ = ["dialect", "lowering", "transport"]
    DIALECT_FIELD_NUMBER: _ClassVar[int]
    LOWERING_FIELD_NUMBER: _ClassVar[int]
    TRANSPORT_FIELD_NUMBER: _ClassVar[int]
    dialect: CsvDialect
    lowering: Lowering
    transport: Transport
    def __init__(self, dialect: _Optional[_Union[CsvDialect, str]] = ..., lowering: _Optional[_Union[Lowering, str]] = ..., transport: _Optional[_Union[Transport, str]] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ["action", "index", "message", "rank", "rule"]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    action: str
    index: int
    message: str
    rank: int
    rule: Rule
    def __init__(self, rule: _Optional[_Union[Rule, str]] = ..., rank: _Optional[int] = ..., index: _Optional[int] = ..., action: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class FsdpTimes(_message.Message):
    __slots__ = ["reduce_grad", "reshard", "unshard"]
    REDUCE_GRAD_FIELD_NUMBER: _ClassVar[int]
    RESHARD_FIELD_NUMBER: _ClassVar[int]
    UNSHARD_FIELD_NUMBER: _ClassVar[int]
    reduce_grad: float
    reshard: float
    unshard: float
    def __init__(self, unshard: _Optional[float] = ..., reshard: _Optional[float] = ..., reduce_grad: _Optional[float] = ...) -> None: ...

class CsvDialect(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Transport(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Lowering(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Rule(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

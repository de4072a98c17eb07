from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor
MEMORY_CURVE_OFF: MemoryCurve
MEMORY_CURVE_ON: MemoryCurve
MEMORY_CURVE_UNSPECIFIED: MemoryCurve
THEME_DARK: Theme
THEME_LIGHT: Theme
THEME_UNSPECIFIED: Theme

class TextStyle(_message.Message):
    __slots__ = ["ascii", "color", "columns"]
    ASCII_FIELD_NUMBER: _ClassVar[int]
    COLOR_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    ascii: bool
    color: bool
    columns: int
    def __init__(self, columns: _Optional[int] = ..., color: bool = ..., ascii: bool = ...) -> None: ...

class Theme(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class MemoryCurve(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

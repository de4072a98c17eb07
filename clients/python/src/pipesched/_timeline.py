"""The ops of a schedule with their times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, NamedTuple, Optional

from .errors import BrokenResponseError
from .v1 import timeline_pb2
from .v1.pipeline_pb2 import PipelineShape

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

try:
    import numpy
except ImportError:  # pragma: no cover
    numpy = None  # type: ignore[assignment]

_COLUMNS = ("kinds", "stages", "microbatches", "starts", "ends", "fused", "critical")
_LETTERS: Dict[int, str] = {
    timeline_pb2.OP_KIND_FORWARD: "F",
    timeline_pb2.OP_KIND_BACKWARD: "B",
    timeline_pb2.OP_KIND_BACKWARD_INPUT: "I",
    timeline_pb2.OP_KIND_BACKWARD_WEIGHT: "W",
}


class Op(NamedTuple):
    """One op of a timeline. Times are in the caller's unit."""

    rank: int
    kind: int  # an OpKind
    stage: int
    microbatch: int
    start: float
    end: float
    fused: bool  # half of a fused pair
    critical: bool  # on the critical path
    held_bytes: Optional[int]  # what the rank holds while it runs; None if no bytes were given

    @property
    def token(self) -> str:
        """As in order text and PyTorch's files, for example "0F3"."""
        return f"{self.stage}{_LETTERS[self.kind]}{self.microbatch}"


class TimelineArrays(NamedTuple):
    """The columns of a timeline as read-only NumPy arrays, entry i of each of op i."""

    rank_offsets: "npt.NDArray[np.int32]"
    kinds: "npt.NDArray[np.int32]"
    stages: "npt.NDArray[np.int32]"
    microbatches: "npt.NDArray[np.int32]"
    starts: "npt.NDArray[np.float64]"
    ends: "npt.NDArray[np.float64]"
    fused: "npt.NDArray[np.bool_]"
    critical: "npt.NDArray[np.bool_]"
    held_bytes: "npt.NDArray[np.int64]"  # empty if no bytes were given


class Timeline:
    """The ops of the ranks that were asked for, rank by rank, each rank's in the
    order in which it runs them. Iterating gives Op; `message` has the columns."""

    def __init__(self, message: timeline_pb2.Timeline) -> None:
        self.message = message
        self._arrays: Dict[str, Any] = {}

    def __len__(self) -> int:
        return len(self.message.kinds)

    def __iter__(self) -> Iterator[Op]:
        for rank in range(self.num_ranks):
            yield from self.ops(rank)

    @property
    def num_ranks(self) -> int:
        """Ranks of the pipeline; those not asked for have no ops."""
        return len(self.message.rank_offsets) - 1

    def ops(self, rank: int) -> Iterator[Op]:
        """The ops of one rank."""
        if not 0 <= rank < self.num_ranks:
            raise IndexError(f"rank = {rank}, want [0, {self.num_ranks - 1}]")
        begin, end = self.message.rank_offsets[rank : rank + 2]
        columns = (getattr(self.message, name)[begin:end] for name in _COLUMNS)
        held: Any = self.message.held_bytes[begin:end] or [None] * (end - begin)
        for values in zip(*columns, held):
            yield Op(rank, *values)

    def arrays(self) -> TimelineArrays:
        """The columns as NumPy arrays; ImportError where NumPy is not installed."""
        if numpy is None:
            raise ImportError("Timeline.arrays needs NumPy: pip install pipesched[numpy]")
        return TimelineArrays(*(self._array(name) for name in TimelineArrays._fields))

    def _array(self, name: str) -> Any:
        if name not in self._arrays:
            array = numpy.asarray(getattr(self.message, name), dtype=_DTYPES.get(name, "int32"))
            array.flags.writeable = False
            self._arrays[name] = array
        return self._arrays[name]

    def check(self, shape: PipelineShape) -> None:
        """Raises BrokenResponseError if the columns contradict each other or the
        sizes of the pipeline."""
        self._check_offsets(shape)
        num_ops = self.message.rank_offsets[-1]
        for name in _COLUMNS:
            size = len(getattr(self.message, name))
            if size != num_ops:
                _broken(f"{name} has {size} ops, rank_offsets end at {num_ops}")
        held = len(self.message.held_bytes)
        if held not in (0, num_ops):
            _broken(f"held_bytes has {held} ops, rank_offsets end at {num_ops}")
        if num_ops > 0:
            self._check_range("kinds", 1, max(_LETTERS))
            self._check_range("stages", 0, shape.num_stages - 1)
            self._check_range("microbatches", 0, shape.num_microbatches - 1)

    def _check_offsets(self, shape: PipelineShape) -> None:
        want = shape.num_ranks + 1
        offsets = list(self.message.rank_offsets)
        if len(offsets) != want:
            _broken(f"{len(offsets)} rank_offsets, want {want}")
        if offsets[0] != 0 or any(a > b for a, b in zip(offsets, offsets[1:])):
            _broken("rank_offsets do not rise from 0")

    def _check_range(self, name: str, low: int, high: int) -> None:
        column = getattr(self.message, name) if numpy is None else self._array(name)
        least, most = (min(column), max(column)) if numpy is None else (column.min(), column.max())
        if least < low or most > high:
            _broken(f"{name} has {least if least < low else most}, want [{low}, {high}]")

    def order_text(self) -> str:
        """One line a rank, ops separated by spaces, a fused pair "(0F7;7B3)"."""
        return "".join(" ".join(self.tokens(rank)) + "\n" for rank in range(self.num_ranks))

    def tokens(self, rank: int) -> List[str]:
        """The ops of one rank as order text, a fused pair as one token."""
        tokens: List[str] = []
        ops = self.ops(rank)
        for op in ops:
            tokens.append(f"({op.token};{next(ops).token})" if op.fused else op.token)
        return tokens


# Those that are not int32.
_DTYPES = {
    "starts": "float64",
    "ends": "float64",
    "fused": "bool",
    "critical": "bool",
    "held_bytes": "int64",
}


def _broken(what: str) -> None:
    raise BrokenResponseError(f"broken timeline from the server: {what}")

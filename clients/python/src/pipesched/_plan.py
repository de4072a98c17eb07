"""What calls return."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from os import PathLike
from typing import Dict, List, Optional, Tuple, Union

from . import pytorch_csv
from ._timeline import Op, Timeline
from .v1.metrics_pb2 import Metrics
from .v1.pipeline_pb2 import PipelineShape

Path = Union[str, "PathLike[str]"]


@dataclass(frozen=True)
class Note:
    """Something to know about a response that is still right; codes as in the
    contract (metrics.proto)."""

    code: str
    message: str
    metadata: Dict[str, str]


@dataclass(frozen=True)
class Plan:
    """A schedule: its digests, what it costs, and its ops if they were asked for.

    digest: of pipeline, schedule, algorithm version and order; equal for the same
    plan whatever the view, ranks or labels.
    order_digest: SHA-256 of the order text.
    metrics: what it costs, as in the contract (metrics.proto).
    shape: ranks, stages, chunks and microbatches, all resolved.
    timeline: None in the view "summary".
    """

    digest: str
    order_digest: str
    metrics: Metrics
    notes: Tuple[Note, ...]
    shape: PipelineShape
    timeline: Optional[Timeline]

    @property
    def makespan(self) -> float:
        """First start to last end over all ranks, in the caller's unit."""
        return self.metrics.makespan

    @property
    def bubble_rate(self) -> float:
        """Idle rank time / (ranks * makespan)."""
        return self.metrics.bubble_rate

    def write_pytorch_csv(self, path: Path) -> None:
        """Writes the file that torchtitan's pipeline_parallel_schedule_csv names:
        compute only, a row a rank. Readers see the old file or the new one.

        Needs the view "full" with all ranks: ValueError if not."""
        pytorch_csv.write(path, self._all_rows())

    def _all_rows(self) -> List[List[str]]:
        if self.timeline is None:
            raise ValueError('write_pytorch_csv needs a plan of the view "full"')
        rows = [self.timeline.tokens(rank) for rank in range(self.timeline.num_ranks)]
        empty = [rank for rank, row in enumerate(rows) if not row]
        if empty:
            raise ValueError(f"write_pytorch_csv needs all ranks, the plan lacks {empty}")
        return rows


@dataclass(frozen=True)
class RankPlan:
    """What one rank runs.

    order_digest: of the orders of all ranks: what ranks compare (see agree).
    tokens: the rank's order, for example "0F3", a fused pair "(0F7;7B3)".
    plan: the rank's part of the plan; None if it was read from the fallback file.
    """

    rank: int
    order_digest: str
    tokens: Tuple[str, ...]
    plan: Optional[Plan]

    @property
    def from_fallback(self) -> bool:
        return self.plan is None

    @cached_property
    def ops(self) -> Tuple[Op, ...]:
        """The rank's ops with their times; () from the fallback file, which has none."""
        if self.plan is None or self.plan.timeline is None:
            return ()
        return tuple(self.plan.timeline.ops(self.rank))

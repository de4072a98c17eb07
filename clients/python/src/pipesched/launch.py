"""For launchers: what one rank runs, and the proof that all run the same plan."""

from __future__ import annotations

from typing import Callable, Dict, List, Sequence, Tuple

from . import pytorch_csv
from ._plan import Path, Plan, RankPlan
from .errors import DisagreementError


def agree(digest: str, all_gather: Callable[[str], Sequence[str]]) -> None:
    """Raises DisagreementError, on every rank, if ranks hold different plans.

    digest: of this rank's plan; RankPlan.order_digest, or Plan.digest.
    all_gather: gets this rank's value and returns those of all ranks, by rank:

        def all_gather(value):
            values = [None] * torch.distributed.get_world_size()
            torch.distributed.all_gather_object(values, value)
            return values
    """
    ranks: Dict[str, List[int]] = {}
    for rank, held in enumerate(all_gather(digest)):
        ranks.setdefault(held, []).append(rank)
    if len(ranks) > 1:
        raise DisagreementError(ranks)


def rank_plan(plan: Plan, rank: int) -> RankPlan:
    """The rank's part of a plan."""
    assert plan.timeline is not None
    return RankPlan(rank, plan.order_digest, tuple(plan.timeline.tokens(rank)), plan)


def rank_plan_of_file(path: Path, rank: int) -> RankPlan:
    """The rank's part of a file that Plan.write_pytorch_csv wrote."""
    rows = pytorch_csv.read(path)
    if not 0 <= rank < len(rows):
        raise ValueError(f"{path}: has {len(rows)} rows, none for rank {rank}")
    tokens: Tuple[str, ...] = tuple(rows[rank])
    return RankPlan(rank, pytorch_csv.order_digest(rows), tokens, None)

"""PyTorch's schedule files, compute only: a row a rank, a cell an op."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import tempfile
from os import PathLike
from typing import Dict, List, Sequence, Union

_PAIR_SUFFIX = "OVERLAP_F_B"
_OP = re.compile(r"(\d+)([FBIW])(\d+)")
_CELL = re.compile(rf"{_OP.pattern}|\({_OP.pattern};{_OP.pattern}\){_PAIR_SUFFIX}")


def write(path: Union[str, "PathLike[str]"], rows: Sequence[Sequence[str]]) -> None:
    """Writes orders, given as order text tokens, a list a rank. The file appears
    whole or not at all.

    Raises ValueError if a stage is on two ranks: the format cannot say so."""
    _check_one_rank_a_stage(rows)
    path = os.fspath(path)
    descriptor, temporary = tempfile.mkstemp(
        dir=os.path.dirname(path) or ".", prefix=f".{os.path.basename(path)}."
    )
    try:
        with os.fdopen(descriptor, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            for row in rows:
                writer.writerow([t + _PAIR_SUFFIX if t.startswith("(") else t for t in row])
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def read(path: Union[str, "PathLike[str]"]) -> List[List[str]]:
    """The orders of a compute-only file, as order text tokens. Idle cells are left
    out. Raises ValueError, with row and column, at a cell that is no compute op."""
    rows: List[List[str]] = []
    with open(path, newline="") as file:
        for number, cells in enumerate(csv.reader(file)):
            tokens = []
            for column, cell in enumerate(cells):
                cell = cell.strip()
                if not cell:
                    continue
                if not _CELL.fullmatch(cell):
                    raise ValueError(
                        f"{os.fspath(path)}: row {number}, column {column}: {cell!r} is not a "
                        "compute op, want for example 0F3 or (0F7;7B3)OVERLAP_F_B"
                    )
                tokens.append(cell[: -len(_PAIR_SUFFIX)] if cell.startswith("(") else cell)
            rows.append(tokens)
    return rows


def order_digest(rows: Sequence[Sequence[str]]) -> str:
    """SHA-256 of the orders' text: the order_digest of the plan with these orders."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update((" ".join(row) + "\n").encode())
    return digest.hexdigest()


def _check_one_rank_a_stage(rows: Sequence[Sequence[str]]) -> None:
    rank_of: Dict[str, int] = {}
    for rank, row in enumerate(rows):
        for stage in {match[1] for token in row for match in _OP.finditer(token)}:
            if rank_of.setdefault(stage, rank) != rank:
                raise ValueError(
                    f"stage {stage} is on ranks {rank_of[stage]} and {rank}: PyTorch's files "
                    "cannot hold two replicas of a model"
                )

#!/usr/bin/env python3
"""Condenses the lowered orders recorded from PyTorch into lowered.txt.

    condense_lowered.py          print the table
    condense_lowered.py --check  compare it with lowered.txt beside this file
"""

import hashlib
import sys

import condense

HEADER = """\
# What the runtime of torch.distributed.pipelining 2.14.1 executes: its lowering of the orders of its
# schedule classes to SEND and RECV, recorded by running it. Condensed by condense_lowered.py.
#
# ID WHAT STAGE_TO_RANK, then a field a rank: the actions without the SEND and RECV, separated by
# commas; last the SHA-256 of the whole as PyTorch CSV, a line feed after each rank's row.
# runtime: what _prepare_schedule_with_comms makes, with UNSHARD, RESHARD and REDUCE_GRAD;
# merged: what _merge_bw and _add_send_recv make (I directly followed by its W is B).
"""


def is_transfer(action):
    return "SEND_" in action or "RECV_" in action


def lines(entries):
    for e in entries("pytorch.json"):
        for what, key in (
            ("runtime", "orders_with_comms"),
            ("merged", "orders_merged_with_comms"),
        ):
            if key not in e:
                continue
            ranks = [order.split() for order in e[key]]
            text = "".join(",".join(actions) + "\n" for actions in ranks)
            given = [",".join(a for a in actions if not is_transfer(a)) for actions in ranks]
            stage_to_rank = ",".join(map(str, e["stage_to_rank"]))
            digest = hashlib.sha256(text.encode()).hexdigest()
            yield " ".join([e["id"], what, stage_to_rank, *given, digest])


if __name__ == "__main__":
    sys.exit(condense.run("lowered.txt", HEADER, lines))

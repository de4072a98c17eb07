# What torchrun starts on every rank: gets the rank's part of the plan from the sidecar,
# and proves that all ranks hold the same plan before any of it runs.
import os

import torch.distributed as dist
from pipesched import Client, Pipeline, agree

MICROBATCHES = int(os.environ.get("MICROBATCHES", "32"))


def all_gather(value):
    values = [None] * dist.get_world_size()
    dist.all_gather_object(values, value)
    return values


def main():
    dist.init_process_group("gloo")
    rank, ranks = dist.get_rank(), dist.get_world_size()
    pipeline = Pipeline(num_stages=ranks, num_microbatches=MICROBATCHES)
    with Client() as client:  # PIPESCHED_SERVER
        plan = client.plan_for_rank(pipeline, os.environ.get("SCHEDULE", "1f1b"), rank)
    agree(plan.order_digest, all_gather)
    print(f"rank {rank} of {ranks}: {plan.order_digest} {' '.join(plan.tokens[:4])}", flush=True)
    dist.destroy_process_group()  # A trainer runs plan.tokens here.


if __name__ == "__main__":
    main()

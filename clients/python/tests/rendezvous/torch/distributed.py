"""The part of torch.distributed that examples use, for tests without PyTorch: a process
gets RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT as torchrun sets them, and a server
at that address gathers (see test_examples.py)."""

import os
from multiprocessing.connection import Client

_master = None


def init_process_group(backend):
    global _master
    assert backend == "gloo"
    _master = Client((os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])))


def get_rank():
    return int(os.environ["RANK"])


def get_world_size():
    return int(os.environ["WORLD_SIZE"])


def all_gather_object(values, value):
    _master.send((get_rank(), value))
    values[:] = _master.recv()


def destroy_process_group():
    _master.close()

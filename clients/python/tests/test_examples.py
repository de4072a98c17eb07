"""The example of deploy/kubernetes: processes that are started as torchrun starts them."""

import os
import pathlib
import subprocess
import sys
from multiprocessing.connection import Listener

REPO = pathlib.Path(__file__).resolve().parents[3]
RENDEZVOUS = pathlib.Path(__file__).parent / "rendezvous"
RANKS = 4


def gather(listener):
    """Gets one value of each rank, and sends all of them to each."""
    connections = [listener.accept() for _ in range(RANKS)]
    values = dict(connection.recv() for connection in connections)
    for connection in connections:
        connection.send([values[rank] for rank in range(RANKS)])
        connection.close()
    return values


def run_ranks(server, microbatches):
    """rank.py on RANKS processes; microbatches: of each rank. What they printed and returned."""
    with Listener(("127.0.0.1", 0)) as listener:
        listener._listener._socket.settimeout(60)  # A rank that fails before it connects.
        host, port = listener.address
        processes = []
        for rank in range(RANKS):
            environment = {
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(RENDEZVOUS), *filter(None, sys.path)]),
                "PIPESCHED_SERVER": server,
                "RANK": str(rank),
                "WORLD_SIZE": str(RANKS),
                "MASTER_ADDR": host,
                "MASTER_PORT": str(port),
                "MICROBATCHES": str(microbatches[rank]),
            }
            processes.append(
                subprocess.Popen(
                    [sys.executable, str(REPO / "deploy/kubernetes/examples/rank.py")],
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
        try:
            digests = gather(listener)
            results = [(*p.communicate(timeout=60), p.returncode) for p in processes]
        finally:
            for process in processes:
                process.kill()
                process.communicate()
    return digests, results


def test_ranks_read_their_part_over_the_socket(client):
    assert client.target.startswith("unix:")
    digests, results = run_ranks(client.target, [8] * RANKS)
    assert len(set(digests.values())) == 1
    for rank, (out, err, code) in enumerate(results):
        assert code == 0, err
        # 1F1B: P - 1 - rank forwards, then a forward and a backward in turn.
        ahead = RANKS - 1 - rank
        ops = [f"{rank}F{m}" for m in range(ahead)]
        ops += [op for m in range(4) for op in (f"{rank}F{ahead + m}", f"{rank}B{m}")]
        assert out == f"rank {rank} of {RANKS}: {digests[rank]} {' '.join(ops[:4])}\n"


def test_a_rank_with_another_plan_stops_all(client):
    digests, results = run_ranks(client.target, [8, 8, 9, 8])
    assert len(set(digests.values())) == 2
    for out, err, code in results:
        assert code != 0 and not out
        assert "DisagreementError" in err and "on rank 2" in err

"""What calls cost: python clients/python/tests/bench_client.py, with PIPESCHED_DAEMON.

Medians, in milliseconds, of ComputeSchedule through a Unix socket; "decode" is parsing
and checking a FULL answer and making all of its NumPy arrays, without the call.
"""

import statistics
import time

from pipesched import Client, Pipeline, _calls
from pipesched.v1 import schedule_service_pb2 as service


def median_ms(call, rounds=25):
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def decode(data):
    _calls._plan(service.ComputeScheduleResponse.FromString(data), True).timeline.arrays()


with Client.spawn() as client:
    for ranks, microbatches in ((8, 64), (64, 512)):
        pipeline = Pipeline(num_stages=ranks, num_microbatches=microbatches)
        for view in ("summary", "full"):

            def ask(pipeline=pipeline, view=view):
                return client.compute_schedule(pipeline, "1f1b", view=view)

            print(f"{view} {ranks}x{microbatches}: {median_ms(ask):.2f}")
    answer = client._stub.ComputeSchedule(
        _calls.compute_schedule(pipeline, "1f1b", "full", ()).request
    ).SerializeToString()
    print(f"decode {ranks}x{microbatches}: {median_ms(lambda: decode(answer)):.2f}")

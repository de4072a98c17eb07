"""What reading an answer costs: PIPESCHED_DAEMON=... python bench_decode.py

Medians, in milliseconds, of parsing and checking a FULL answer and making all of its
NumPy arrays, without the call.
"""

import statistics
import time

from pipesched import Client, Pipeline, _calls
from pipesched.v1 import schedule_service_pb2 as service

ROUNDS = 50

with Client.spawn() as client:
    for ranks, microbatches in ((8, 64), (64, 512)):
        pipeline = Pipeline(num_stages=ranks, num_microbatches=microbatches)
        request = _calls.compute_schedule(pipeline, "1f1b", "full", ()).request
        answer = client._stub.ComputeSchedule(request).SerializeToString()
        times = []
        for _ in range(ROUNDS):
            start = time.perf_counter()
            plan = _calls._plan(service.ComputeScheduleResponse.FromString(answer), True)
            plan.timeline.arrays()
            times.append(time.perf_counter() - start)
        print(f"{ranks}x{microbatches}: {1000 * statistics.median(times):.2f} ms")

"""Stands between a client and a daemon, and does to calls what a case says.

A fault is a dict of:
  status        code that calls end with, for the first `times` calls (all, if not given)
  reason, retry_delay, metadata   what their details hold
  pushback_ms   what their grpc-retry-pushback-ms says
  delay         seconds before the answer
  mutate        a name of MUTATIONS: what is done to the answer
  goaway_ms     age at which the server closes connections
"""

from __future__ import annotations

import threading
import time
from concurrent import futures

import grpc

from pipesched import errors
from pipesched.v1 import schedule_service_pb2 as service

SERVICE = "/pipesched.v1.ScheduleService/"
ANSWERS = {
    "ComputeSchedule": service.ComputeScheduleResponse,
    "StreamSchedule": service.StreamScheduleResponse,
}


STREAMS = ("StreamSchedule", "SearchSchedule")


def swap_times(answer):
    starts = list(answer.timeline.starts)
    answer.timeline.starts[:] = answer.timeline.ends
    answer.timeline.ends[:] = starts


def swap_indices(answer):
    stages = list(answer.timeline.stages)
    answer.timeline.stages[:] = answer.timeline.microbatches
    answer.timeline.microbatches[:] = stages


def wrong_digest(answer):
    answer.digest = answer.digest[1:] + answer.digest[:1]


def wrong_order_digest(answer):
    answer.order_digest = answer.order_digest[1:] + answer.order_digest[:1]


def cut(column):
    def apply(answer):
        del getattr(answer.timeline, column)[-1:]

    return apply


def no_timeline(answer):
    answer.ClearField("timeline")


def oversize(answer):
    note = answer.notes.add()
    note.message = "x" * (65 << 20)


def large(answer):
    note = answer.notes.add()
    note.code = "LARGE"
    note.message = "x" * (40 << 20)


MUTATIONS = {
    "swap_times": swap_times,
    "swap_indices": swap_indices,
    "wrong_digest": wrong_digest,
    "wrong_order_digest": wrong_order_digest,
    "no_timeline": no_timeline,
    "oversize": oversize,
    "large": large,
}
for name in (
    "rank_offsets",
    "kinds",
    "stages",
    "microbatches",
    "starts",
    "ends",
    "fused",
    "critical",
):
    MUTATIONS[f"cut_{name}"] = cut(name)

# google.rpc, of the client's own copy.
RPC = errors._GOOGLE_RPC


def details(fault, code):
    """The grpc-status-details-bin of a fault."""
    status = RPC["google.rpc.Status"](code=code.value[0], message="a fault")
    info = RPC["google.rpc.ErrorInfo"](
        reason=fault["reason"], domain="pipesched", metadata=fault.get("metadata", {})
    )
    status.details.add().Pack(info)
    if "retry_delay" in fault:
        retry = RPC["google.rpc.RetryInfo"]()
        retry.retry_delay.FromNanoseconds(int(fault["retry_delay"] * 1e9))
        status.details.add().Pack(retry)
    return status.SerializeToString()


class FaultServer(grpc.GenericRpcHandler):
    """Answers all calls of the service, from the daemon at `upstream`."""

    def __init__(self, upstream, fault):
        self.calls = 0
        self._fault = fault
        self._lock = threading.Lock()
        self._channel = grpc.insecure_channel(
            upstream, options=[("grpc.max_receive_message_length", -1)]
        )
        options = [("grpc.max_send_message_length", -1), ("grpc.so_reuseport", 0)]
        if "goaway_ms" in fault:
            options.append(("grpc.max_connection_age_ms", fault["goaway_ms"]))
        self._server = grpc.server(futures.ThreadPoolExecutor(8), handlers=[self], options=options)
        self.target = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self):
        self._server.stop(None).wait()
        self._channel.close()

    def service(self, call):
        if not call.method.startswith(SERVICE):
            return None
        name = call.method[len(SERVICE) :]
        if name in STREAMS:
            upstream = self._channel.unary_stream(call.method)
            return grpc.unary_stream_rpc_method_handler(
                lambda request, context: self._stream(upstream, name, request, context)
            )
        upstream = self._channel.unary_unary(call.method)
        return grpc.unary_unary_rpc_method_handler(
            lambda request, context: self._unary(upstream, name, request, context)
        )

    def _unary(self, upstream, name, request, context):
        self._before(context)
        try:
            return self._mutate(name, upstream(request, timeout=60))
        except grpc.RpcError as error:
            _pass_on(error, context)

    def _stream(self, upstream, name, request, context):
        self._before(context)
        try:
            for message in upstream(request, timeout=60):
                yield self._mutate(name, message)
        except grpc.RpcError as error:
            _pass_on(error, context)

    def _before(self, context):
        """Counts the call; waits, or ends it, as the fault says."""
        with self._lock:
            self.calls += 1
            call = self.calls
        fault = self._fault
        time.sleep(fault.get("delay", 0))
        if "status" not in fault or call > fault.get("times", call):
            return
        code = grpc.StatusCode[fault["status"]]
        trailers = []
        if "reason" in fault:
            trailers.append(("grpc-status-details-bin", details(fault, code)))
        if "pushback_ms" in fault:
            trailers.append(("grpc-retry-pushback-ms", str(fault["pushback_ms"])))
        context.set_trailing_metadata(trailers)
        context.abort(code, "a fault")

    def _mutate(self, name, message):
        if "mutate" not in self._fault or name not in ANSWERS:
            return message
        answer = ANSWERS[name].FromString(message)
        MUTATIONS[self._fault["mutate"]](answer)
        return answer.SerializeToString()


def _pass_on(error, context):
    context.set_trailing_metadata(error.trailing_metadata())
    context.abort(error.code(), error.details())

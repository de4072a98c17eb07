"""A program of an older contract: built from older.binpb alone, as one that
was deployed then and never updated."""

from __future__ import annotations

import pathlib

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

OLDER = pathlib.Path(__file__).resolve().parent / "older.binpb"


class OlderContract:
    def __init__(self, target):
        files = descriptor_pb2.FileDescriptorSet.FromString(OLDER.read_bytes())
        self._pool = descriptor_pool.DescriptorPool()
        for file in files.file:
            self._pool.AddSerializedFile(file.SerializeToString())
        self._channel = grpc.insecure_channel(target)

    def _message(self, name):
        descriptor = self._pool.FindMessageTypeByName(f"pipesched.v1.{name}")
        return message_factory.GetMessageClass(descriptor)

    def _request(self, question):
        return json_format.ParseDict(
            question["request"],
            self._message("ComputeScheduleRequest")(),
            descriptor_pool=self._pool,
        )

    def knows(self, question):
        """Whether the older contract can say it."""
        if question["method"] != "ComputeSchedule":
            return False
        try:
            self._request(question)
        except json_format.ParseError:
            return False
        return True

    def ask(self, question):
        """The summary, as it reads with the older contract."""
        call = self._channel.unary_unary(
            "/pipesched.v1.ScheduleService/ComputeSchedule",
            request_serializer=lambda request: request.SerializeToString(),
            response_deserializer=self._message("ComputeScheduleResponse").FromString,
        )
        try:
            answer = call(self._request(question), timeout=question["timeout"])
        except grpc.RpcError as error:
            return {"error": {"code": error.code().name}}
        return {
            "digest": answer.digest,
            "order_digest": answer.order_digest,
            "makespan": answer.metrics.makespan,
            "bubble_rate": answer.metrics.bubble_rate,
            "peak_activations": [rank.peak_activations for rank in answer.metrics.ranks],
            "notes": [note.code for note in answer.notes],
        }

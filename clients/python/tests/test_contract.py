"""Both clients have a method for each RPC of the contract."""

import inspect
import re

import pytest

import pipesched
from pipesched import aio
from pipesched.v1 import schedule_service_pb2 as service

METHODS = [method.name for method in service.DESCRIPTOR.services_by_name["ScheduleService"].methods]


@pytest.mark.parametrize("client", [pipesched.Client, aio.Client])
@pytest.mark.parametrize("method", METHODS)
def test_method_of_each_rpc(client, method):
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", method).lower()
    assert inspect.isfunction(getattr(client, name, None)), f"{client} lacks {name}"

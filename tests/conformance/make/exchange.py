"""Files of other programs, and what is wrong with orders."""

from __future__ import annotations

from make.orders import order_of
from make.requests import case, request

# Two ranks whose sends cross: safe where channels of the two directions are apart.
CRISS_CROSSED = (
    "0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
    "1RECV_F0,1F0,1B0,1SEND_B0,1RECV_F1,1F1,1B1,1SEND_B1\n"
)


def csv_request(text, **rest):
    return {"schedule": {"kind": "SCHEDULE_KIND_CUSTOM", "pytorch_csv": text, **rest}}


def exchange():
    """Orders of other programs, by the definitions of docs/exchange.md."""

    def invalid(field):
        return {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "INVALID_REQUEST",
                "violations": [field],
            }
        }

    rows = order_of("1f1b", 3, 4)
    yield case(
        "export-csv",
        {**request("1f1b", 3, 4), "format": "EXPORT_FORMAT_PYTORCH_CSV"},
        {"content": "".join(",".join(row) + "\n" for row in rows)},
        method="ExportSchedule",
    )
    # The lists in the documentation of convert_schedule_table_to_order, of one chunk.
    yield case(
        "export-megatron",
        {**request("1f1b", 2, 3), "format": "EXPORT_FORMAT_MEGATRON_ORDER"},
        {"content": "[[1,1,-1,1,-1,-1],\n [1,-1,1,-1,1,-1]]\n"},
        method="ExportSchedule",
    )
    yield case(
        "export-legacy",
        {
            **csv_request("0F0,0I0,0W0,,0F1,0B1\r\n"),
            "pipeline": {},
            "format": "EXPORT_FORMAT_PYTORCH_CSV",
            "options": {"dialect": "CSV_DIALECT_PYTORCH_LEGACY"},
        },
        {"content": "0F0,0B0,0W0,0F1,0BW1\n"},
        method="ExportSchedule",
    )
    yield case(
        "export-repaired",
        {
            **csv_request(CRISS_CROSSED),
            "pipeline": {},
            "format": "EXPORT_FORMAT_PYTORCH_CSV_COMMS",
            "options": {"lowering": "LOWERING_REPAIR", "transport": "TRANSPORT_RENDEZVOUS"},
        },
        {
            "content": "0F0,0SEND_F0,0F1,0SEND_F1,0RECV_B0,0B0,0RECV_B1,0B1\n"
            "1RECV_F0,1F0,1B0,1RECV_F1,1SEND_B0,1F1,1B1,1SEND_B1\n"
        },
        method="ExportSchedule",
    )
    yield case(
        "export-two-replicas",
        {**request("dualpipe", 4, 8), "format": "EXPORT_FORMAT_PYTORCH_CSV"},
        invalid("format"),
        method="ExportSchedule",
    )
    for transport, safe in (
        ("ASYNC", True),
        ("PER_EDGE_FIFO", True),
        ("PER_PAIR_FIFO", False),
        ("RENDEZVOUS", False),
    ):
        yield case(
            f"validate-{transport.lower()}",
            {**csv_request(CRISS_CROSSED), "transport": f"TRANSPORT_{transport}"},
            {
                "safe": safe,
                "transport": f"TRANSPORT_{transport}",
                "findings": []
                if safe
                else [
                    "RULE_DEADLOCK 0 3 0SEND_F1: rank 0 #3 0SEND_F1 waits for rank 1 #4 1RECV_F1 "
                    "behind rank 1 #3 1SEND_B0 waits for rank 0 #4 0RECV_B0 behind rank 0 #3 "
                    "0SEND_F1"
                ],
            },
            method="ValidateSchedule",
        )
    yield case(
        "validate-findings",
        csv_request("0F0,0F0,0BW0\n1F0\n", csv_dialect="CSV_DIALECT_PYTORCH_LEGACY"),
        {
            "safe": False,
            "findings": [
                "RULE_DUPLICATE 0 1 0F0: is at rank 0 #0 already",
                "RULE_MISSING 1 -1 1B0: no rank runs it, nor its I and W",
            ],
        },
        method="ValidateSchedule",
    )
    yield case(
        "validate-lowered",
        {**request("1f1b", 4, 8), "lowering": "LOWERING_EAGER", "transport": "TRANSPORT_ASYNC"},
        {"safe": True, "findings": []},
        method="ValidateSchedule",
    )
    yield case(
        "validate-unreadable",
        csv_request("0F0,2BW0\n"),
        invalid("schedule.pytorch_csv"),
        method="ValidateSchedule",
    )
    # 0.5, then 1, 1 and 2 on the other rank, 2, and 1 at the end.
    yield case(
        "fsdp-times",
        {
            **csv_request(
                "0UNSHARD,0F0,0B0,0REDUCE_GRAD\n1F0,1B0\n",
                fsdp_times={"unshard": 0.5, "reduce_grad": 1},
            ),
            "pipeline": {},
        },
        {"makespan": 7.5, "bubble_rate": 9 / 15},
    )

"""Pictures."""

from __future__ import annotations

import oracle
from make.requests import case, request


def pictures():
    def draw(picture_format, asked, **options):
        return {**asked, "format": f"RENDER_FORMAT_{picture_format}", "options": options}

    asked = request("1f1b", 3, 4)
    order_digest = oracle.order_digest(
        oracle.expect_of_order(asked, oracle.simple_order("1f1b", 3, 4))["order"]
    )
    everything = {
        "title": "</title><script>",
        "time_unit": "ms",
        "theme": "THEME_DARK",
        "show_arrows": True,
        "show_critical_path": True,
        "memory": "MEMORY_CURVE_ON",
        "start_time": 1,
        "end_time": 12.5,
        "ranks": [0, 2],
        "width": 640,
        "height": 400,
        "scale": 1.5,
    }
    for picture_format, media_type, start in (
        ("PNG", "image/png", b"\x89PNG"),
        ("SVG", "image/svg+xml", b"<svg"),
        ("PDF", "application/pdf", b"%PDF"),
        ("HTML", "text/html; charset=utf-8", b"<!do"),
    ):
        expect = {"content_type": media_type, "start": start.hex(), "order_digest": order_digest}
        name = picture_format.lower()
        yield case(name, draw(picture_format, asked), expect, method="RenderSchedule")
        yield case(
            f"{name}-all-options",
            draw(picture_format, asked, **everything),
            expect,
            method="RenderSchedule",
        )
    small_digest = oracle.plan_digest(
        request("1f1b", 2, 2),
        "1f1b",
        1,
        oracle.order_digest(["0F0 0F1 0B0 0B1", "1F0 1B0 1F1 1B1"]),
    )
    # Drawn by hand: 5 characters a unit of time. Rank 1 begins when F0 of rank 0 is
    # done, B0 of rank 0 when that of rank 1 is.
    yield case(
        "text",
        draw("TEXT", request("1f1b", 2, 2), text={"columns": 60, "ascii": True}),
        {
            "content_type": "text/plain; charset=utf-8",
            "content": "1f1b, 2 ranks x 2 microbatches\n"
            "makespan 9 time units | bubble rate 33.33 % (idle / total)\n"
            "bubble overhead 50.00 % (idle / busy)\n"
            "\n"
            "rank 0  F0###F1###..........B0========.....B1========\n"
            "rank 1  .....F0###B0========F1###B1========..........\n"
            "        |         |         |         |         |\n"
            "        0         2         4         6         8\n"
            "\n"
            "## forward (F)  == backward (B)  .. idle\n"
            "forward (F) 1 | backward (B) 2 | p2p 0 | times in time units\n"
            "bubble rate = idle rank time / (ranks x makespan)\n"
            f"digest {small_digest[:12]}\n",
        },
        method="RenderSchedule",
    )
    compared = [{"kind": "SCHEDULE_KIND_ZB_H1"}, {"kind": "SCHEDULE_KIND_ZBV"}]
    yield case(
        "comparison",
        {**draw("SVG", asked), "compared": compared},
        {"content_type": "image/svg+xml", "start": b"<svg".hex(), "order_digest": order_digest},
        method="RenderSchedule",
    )

    def invalid(*fields):
        return {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "INVALID_REQUEST",
                "violations": list(fields),
            }
        }

    yield case(
        "no-format",
        request("1f1b", 2, 2),
        invalid("format"),
        method="RenderSchedule",
    )
    yield case(
        "all-options-wrong",
        draw(
            "PNG",
            asked,
            title="x" * 1025,
            time_unit="x" * 65,
            theme=7,
            memory=7,
            start_time=-1,
            width=319,
            height=-1,
            scale=9,
            ranks=[3],
            text={"columns": 39},
        ),
        invalid(
            "options.title",
            "options.time_unit",
            "options.theme",
            "options.memory",
            "options.start_time",
            "options.width",
            "options.height",
            "options.scale",
            "options.ranks[0]",
            "options.text.columns",
        ),
        method="RenderSchedule",
    )
    yield case(
        "end-before-start",
        draw("PNG", asked, start_time=2, end_time=2),
        invalid("options.end_time"),
        method="RenderSchedule",
    )
    yield case(
        "comparison-of-a-custom-order",
        {**draw("PNG", asked, ranks=[0]), "compared": [{"kind": "SCHEDULE_KIND_CUSTOM"}, {}]},
        invalid("options.ranks", "compared[0].kind", "compared[1].kind"),
        method="RenderSchedule",
    )
    yield case(
        "picture-too-large",
        draw("PNG", asked, width=32767, scale=8),
        {
            "error": {
                "code": "INVALID_ARGUMENT",
                "reason": "LIMIT_EXCEEDED",
                "metadata": {"limit": "max_picture_side", "max": "32767"},
            }
        },
        method="RenderSchedule",
    )

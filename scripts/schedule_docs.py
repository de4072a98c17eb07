#!/usr/bin/env python3
"""Makes what docs/schedules shows, a picture a kind and the table that compares them, and
docs/gallery.md.

    scripts/schedule_docs.py PIPESCHED          write the pictures, the table and the page
    scripts/schedule_docs.py PIPESCHED --check  compare table and page, look for the files

PIPESCHED is the built program. The pictures have 4 ranks and 8 microbatches. The table
has 8 ranks and 32 microbatches of one model: a rank's slice of it takes F = 1, I = 1,
W = 1 and 2 bytes of activations, all of which stay until W; a kind with V chunks a rank
cuts the slice into V.
"""

import json
import os
import pathlib
import subprocess
import sys

import gallery

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "schedules"
PICTURES = ROOT / "docs" / "images" / "schedules"
GALLERY = ROOT / "docs" / "gallery.md"
VIEWS = ROOT / "docs" / "images" / "gallery"
BEGIN, END = "<!-- table: scripts/schedule_docs.py -->\n", "<!-- end of table -->\n"
P2P_TIME = 0.1

# Kind, chunks a rank, and time of a fused pair of a slice where it is not the sum.
ROWS = [
    ("gpipe", 1, None),
    ("1f1b", 1, None),
    ("eager_1f1b", 1, None),
    ("1f1b_overlap", 1, 2.5),
    ("zb_h1", 1, None),
    ("zb_h2", 1, None),
    ("interleaved_1f1b", 2, None),
    ("interleaved_1f1b_overlap", 2, 2.5),
    ("looped_bfs", 2, None),
    ("interleaved_zb", 2, None),
    ("zbv", 2, None),
    ("v_half", 2, None),
    ("v_min", 2, None),
    ("v_1f1b", 2, None),
    ("dualpipe", 1, 2.5),
    ("dualpipe_v", 2, 2.5),
    ("chimera", 1, None),
    ("wave", 2, None),
]


def arguments(kind, chunks, pair, ranks, microbatches, unit=1.0):
    """Flags of a pipeline whose slices take `unit` for each of F, I and W."""
    time = unit / chunks
    flags = ["--schedule", kind, "-s", ranks * chunks, "-b", microbatches]
    flags += ["--chunks-per-rank", chunks, "-f", time, "--backward-input-times", time]
    flags += ["--backward-weight-times", time]
    if pair is not None:
        flags += ["--overlap-times", pair * time]
    return [str(flag) for flag in flags]


def run(program, *flags):
    result = subprocess.run([program, *flags], capture_output=True, text=True, check=True)
    return result.stdout


def metrics(program, kind, chunks, pair, p2p_time):
    flags = arguments(kind, chunks, pair, 8, 32)
    flags += ["--activation-bytes", str(12 // chunks), "--weight-grad-bytes", str(12 // chunks)]
    flags += ["--p2p-time", str(p2p_time), "--format", "json"]
    return json.loads(run(program, *flags))["metrics"]


def number(value):
    return f"{value:.4g}"


def table(program):
    lines = [
        "| kind | V | makespan | bubble rate | peak activations | "
        f"makespan, c = {P2P_TIME} | bubble rate, c = {P2P_TIME} |\n",
        "|---|---|---|---|---|---|---|\n",
    ]
    for kind, chunks, pair in ROWS:
        free = metrics(program, kind, chunks, pair, 0)
        slow = metrics(program, kind, chunks, pair, P2P_TIME)
        peak = max(int(rank["peak_bytes"]) for rank in free["ranks"]) / 12
        note = " (pair 2.5)" if pair is not None else ""
        lines.append(
            f"| [`{kind}`]({kind}.md){note} | {chunks} | {number(free['makespan'])} | "
            f"{100 * free['bubble_rate']:.1f} % | {number(peak)} | {number(slow['makespan'])} | "
            f"{100 * slow['bubble_rate']:.1f} % |\n"
        )
    return "".join(lines)


def with_table(page, text):
    before, rest = page.split(BEGIN)
    return before + BEGIN + text + END + rest.split(END)[1]


def draw(program, kind, chunks, pair):
    flags = arguments(kind, chunks, pair, 4, 8, unit=float(chunks))
    run(program, "render", *flags, "-o", str(PICTURES / f"{kind}.png"))


def missing_pages(program):
    kinds = json.loads(run(program, "schedules", "--format", "json"))["kinds"]
    wanted = [PAGES / f"{kind['name']}.md" for kind in kinds]
    wanted += [PICTURES / f"{kind}.png" for kind, _, _ in ROWS]
    wanted += [VIEWS / name for name, _, _ in gallery.VIEWS if not name.endswith(".txt")]
    return [str(path) for path in wanted if not path.exists()]


def gallery_page(program):
    def draw_text(flags):
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        command = [program, "render", *flags.split(), "--draw"]
        return subprocess.run(
            command, capture_output=True, encoding="utf-8", check=True, env=environment
        ).stdout

    return gallery.page([kind for kind, _, _ in ROWS], draw_text)


def main():
    program, check = sys.argv[1], sys.argv[2:] == ["--check"]
    overview = PAGES / "README.md"
    page = overview.read_text()
    new_page = with_table(page, table(program))
    if not check:
        PICTURES.mkdir(parents=True, exist_ok=True)
        for row in ROWS:
            draw(program, *row)
        VIEWS.mkdir(parents=True, exist_ok=True)
        for name, _, flags in gallery.VIEWS:
            if not name.endswith(".txt"):
                run(program, "render", *flags.split(), "-o", str(VIEWS / name))
        overview.write_text(new_page)
        GALLERY.write_text(gallery_page(program), encoding="utf-8")
        return 0
    problems = [f"{path} is missing" for path in missing_pages(program)]
    if page != new_page:
        problems.append(f"{overview} is not what {program} computes")
    if not GALLERY.exists() or GALLERY.read_text(encoding="utf-8") != gallery_page(program):
        problems.append(f"{GALLERY} is not what {program} draws")
    print("\n".join(problems), file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

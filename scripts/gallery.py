"""The text of docs/gallery.md, and the pictures that it shows besides those of
docs/schedules; used by schedule_docs.py."""

# Name, what is to be seen, flags of `pipesched render`. Those of a .txt are drawn into
# the page itself.
MEMORY = "--activation-bytes 3221225472 --static-bytes 12884901888 --memory-limit 25769803776"
VIEWS = [
    (
        "annotated.svg",
        "With critical path, transfers and memory, as SVG",
        f"-s 4 -b 8 --p2p-time 0.25 --schedule zb_h1 --critical-path --arrows {MEMORY}",
    ),
    (
        "dark.svg",
        "The dark theme, and two chunks a rank",
        "-s 8 -b 8 --chunks-per-rank 2 --schedule interleaved_1f1b --theme dark",
    ),
    (
        "comparison.svg",
        "Several schedules of one pipeline on one time axis",
        "-s 4 -b 8 --compare 1f1b zb_h1 interleaved_1f1b dualpipe",
    ),
    (
        "window.svg",
        "A part of a large schedule: some ranks for some time",
        "-s 64 -b 512 --time-range 180:220 --ranks 0-5 --width 1000",
    ),
    (
        "large.png",
        "64 ranks, 512 microbatches: runs of short ops are stacked, the phases stay visible",
        "-s 64 -b 512",
    ),
    ("terminal.txt", "In a terminal, or as `.txt`", "-s 4 -b 8 --critical-path --columns 80"),
]

FILES = """
# The files

PNG, SVG and PDF say where they come from: the version, the whole digest and, up to 64 KiB, the request as JSON, from
which they can be made again. In a PNG these are text chunks (`exiftool`, `pngcheck -t`), in an SVG the `<metadata>`, in
a PDF its subject (`pdfinfo`). All formats show the first digits of the digest. Equal requests give equal bytes, from
the command line, a daemon or a library.

Time of one core (AMD EPYC) for layout and writing, and the file, of 1F1B; `render_bench` and
`scripts/check_pages.sh --bench` measure them:

| | 4 x 8 | 64 x 512 | 64 x 782: 100,000 ops |
|---|---|---|---|
| PNG | 2.5 ms, 37 kB | 10 ms, 80 kB: 1.4 times what libpng takes alone | |
| SVG | 0.1 ms, 20 kB | 0.8 ms, 42 kB | |
| PDF | 0.9 ms, 13 kB | 1.9 ms, 14 kB | |
| HTML | 0.1 ms, 77 kB | 3.0 ms, 0.5 MB | 4.6 ms, 0.7 MB |

In headless Chromium without GPU at 1400 x 800, on two cores, a page of 100,000 ops pans at 51 frames a second with all
of them in view and zooms at 24; one of 1,000,000 opens in 6 s, its making included, and pans at 50.
"""


def page(kinds, draw_text):
    """The page. draw_text(flags) is what --draw prints."""
    lines = [
        "# Gallery\n",
        "\nWhat `pipesched render` draws, all of it written by `scripts/schedule_docs.py`. "
        "Every kind with 4 ranks and 8\nmicrobatches comes first: F = I = W = 1, B = 2 for "
        "each stage. With `-o plan.html` each of them is a page to look\naround in: wheel and "
        "drag, hover for what an op waited for, click for its dependencies and the path of its\n"
        "microbatch, a search, `?` for the keys.\n",
        "\nColours tell the kinds of op apart for people with any of the common colour "
        "blindnesses. Without colour they differ\nin lightness, and backwards have lines: an "
        "I one at its top, a W one at its bottom, a full B, which is both, has\nboth. The later "
        "chunk of a rank, or the second direction, is paler.\n",
    ]
    for kind in kinds:
        lines.append(f"\n## [{kind}](schedules/{kind}.md)\n")
        lines.append(f"\n![{kind}, 4 ranks, 8 microbatches](images/schedules/{kind}.png)\n")
    lines.append("\n# Views\n")
    for name, caption, flags in VIEWS:
        lines.append(f"\n## {caption}\n\n```\npipesched render {flags}")
        if name.endswith(".txt"):
            lines.append(f" --draw\n\n{draw_text(flags)}```\n")
        else:
            lines.append(f" -o {name}\n```\n\n![{caption}](images/gallery/{name})\n")
    lines.append(FILES)
    return "".join(lines)

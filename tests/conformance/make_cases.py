#!/usr/bin/env python3
"""Writes cases/*.json: requests and what must come of them, by the modules of make.
Nothing here asks pipesched: values are closed forms, orders of the papers and of other
programs (tests/golden/orders.txt), and what oracle.py works out.

    make_cases.py          writes them
    make_cases.py --check  says whether the committed ones are these
"""

from __future__ import annotations

import json
import pathlib
import sys

from make import errors, exchange, faults, formulas, orders, pictures, searches, views

CASES = {
    "golden": orders.golden,
    "oracle": orders.worked_out,
    "formulas": formulas.closed_forms,
    "paper": formulas.zero_bubble_paper,
    "recorded": orders.recorded,
    "views": views.views_and_notes,
    "pictures": pictures.pictures,
    "exchange": exchange.exchange,
    "searches": searches.searches,
    "errors": errors.errors,
    "faults": faults.faults,
}


def main():
    check = sys.argv[1:] == ["--check"]
    status = 0
    for name, make in CASES.items():
        path = pathlib.Path(__file__).resolve().parent / "cases" / f"{name}.json"
        rows = ",\n".join(json.dumps(case, separators=(", ", ": ")) for case in make())
        text = f"[\n{rows}\n]\n"
        if not check:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            print(f"{path} is not what make_cases.py writes", file=sys.stderr)
            status = 1
    sys.exit(status)


if __name__ == "__main__":
    main()

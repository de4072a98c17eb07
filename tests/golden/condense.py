"""What the scripts that condense recorded files share: see their own texts.

The recorded files are in the folder that PIPESCHED_GOLDEN_DIR names. Where that is
unset a check is skipped (exit 77), in continuous integration it fails.
"""

import json
import os
import pathlib
import sys


def run(table_name, header, make_lines):
    """Prints the table, or with --check compares it with the file of that name here.

    `make_lines` takes a function that gives the entries of a recorded file by its
    name, and makes the lines of the table. Returns the exit code.
    """
    folder = os.environ.get("PIPESCHED_GOLDEN_DIR")
    if not folder:
        print("PIPESCHED_GOLDEN_DIR is not set: nothing to condense", file=sys.stderr)
        return 1 if os.environ.get("CI") == "true" else 77

    def entries(name):
        return json.loads((pathlib.Path(folder) / name).read_text())["entries"]

    table = header + "".join(line + "\n" for line in make_lines(entries))
    if sys.argv[1:] != ["--check"]:
        sys.stdout.write(table)
        return 0
    if table == pathlib.Path(__file__).with_name(table_name).read_text():
        return 0
    print(f"{table_name} is not what the recorded files condense to", file=sys.stderr)
    return 1

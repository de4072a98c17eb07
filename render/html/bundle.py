#!/usr/bin/env python3
"""Makes the page's template, one file without imports, of the files in this folder.

usage: bundle.py OUTPUT

The modules become one: each after those that it imports, without its import and export
words. So their top-level names must differ; two that are equal end this script.
"""

import pathlib
import re
import sys

FOLDER = pathlib.Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([a-z]+\.js)";\n', re.MULTILINE)
NAME = re.compile(r"^(?:export )?(?:const|let|class|function) (\w+)", re.MULTILINE)


def in_order(name: str, done: list[str]) -> list[str]:
    """Names of the modules that `name` needs, and itself, added to `done`."""
    if name not in done:
        for needed in IMPORT.findall((FOLDER / name).read_text()):
            in_order(needed, done)
        done.append(name)
    return done


def bundle(entry: str) -> str:
    parts = []
    owners: dict[str, str] = {}
    for module in in_order(entry, []):
        text = IMPORT.sub("", (FOLDER / module).read_text())
        for name in NAME.findall(text):
            if owners.setdefault(name, module) != module:
                sys.exit(f"{module}: {name} is also in {owners[name]}")
        parts.append(re.sub(r"^export ", "", text, flags=re.MULTILINE))
    return "\n".join(parts)


def main() -> None:
    page = (FOLDER / "page.html").read_text()
    style = (FOLDER / "style.css").read_text()
    pathlib.Path(sys.argv[1]).write_text(
        page.replace("@STYLE@", style).replace("@SCRIPT@", bundle("main.js"))
    )


if __name__ == "__main__":
    main()

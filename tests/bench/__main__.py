"""python -m tests.bench [name...]: runs the programs here, or those that are named.

Each measures ours and a limit in turn, in the same run, and prints medians and the ratio between
them. Nothing is asserted: the machine decides how fast it is. Close other programs first.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import time

from .table import HEAD, Row

PROGRAMS = ("basket", "checkout", "fan_out", "callbacks", "strangers", "widget", "button")


def main() -> None:
    parser = argparse.ArgumentParser(
        "python -m tests.bench",
        description=__doc__.partition("\n\n")[2],
        epilog="\n".join(["programs:", *(f"  {name:<10} {_about(name)}" for name in PROGRAMS)]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", nargs="*", help="one of the programs; all without any")
    names = parser.parse_args().name or PROGRAMS
    if unknown := set(names) - set(PROGRAMS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; --help lists the programs")
    began = time.monotonic()
    rows: list[Row] = []
    for name in names:
        print(f"==> {name}: {_about(name)}", flush=True)
        for row in importlib.import_module(f"tests.bench.{name}").run():
            print(row, flush=True)
            rows.append(row)
    print(f"\n{HEAD}", *rows, sep="\n")
    print(f"\nmeasured in {time.monotonic() - began:.0f} s")


def _about(name: str) -> str:
    """The first line of a program's documentation."""
    program = importlib.import_module(f"tests.bench.{name}")
    return (inspect.getdoc(program) or "").partition("\n")[0].rstrip(".:")


if __name__ == "__main__":
    main()

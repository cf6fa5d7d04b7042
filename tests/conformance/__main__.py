"""Prints the conformance suite as a table: construct by position, works, refused (code) or FAILS."""

import sys
from pathlib import Path

import pytest

from tests.conformance.constructs import CONSTRUCTS
from tests.conformance.positions import POSITIONS

TESTS = Path(__file__).with_name("test_conformance.py")


class Table:
    """Collects the outcome of every cell while pytest runs."""

    def __init__(self) -> None:
        self.cells: dict[tuple[str, str], str] = {}
        self.codes: dict[str, str] = {}
        self.failures: dict[tuple[str, str], list[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name, bar, place = report.nodeid.partition("[")[2].removesuffix("]").rpartition(" | ")
        if report.when != "call" or not bar:
            return
        refused = dict(report.user_properties).get("refused")
        if refused:
            self.codes[name] = f"({refused})"
        self.cells[name, place] = "refused" if refused else "works" if report.passed else "FAILS"
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            why = crash.message.partition("\nassert")[0] if crash else str(report.longrepr)
            self.failures.setdefault((name, " ".join(why.split())), []).append(place)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            print(report.longreprtext)

    def lines(self) -> list[str]:
        places = [position.name for position in POSITIONS]
        rows = [
            [name, *(self.cells.get((name, place), "·") for place in places), self.codes.get(name, "")]
            for name in dict.fromkeys(fragment.name for fragment in CONSTRUCTS)
            if any(name == known for known, _ in self.cells)
        ]
        table = [["construct", *places, ""], *rows]
        widths = [max(len(row[column]) for row in table) for column in range(len(places) + 2)]
        table.insert(1, ["-" * width for width in widths[:-1]] + [""])
        return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in table]


def main(arguments: list[str]) -> int:
    """Runs the suite and prints it; arguments go to pytest, as `-k timer`. 1 when a cell fails."""
    table = Table()
    code = pytest.main(
        ["--noconftest", "-p", "no:terminal", "-p", "no:cacheprovider", str(TESTS), *arguments], [table]
    )
    print("\n".join(table.lines()))
    for (name, why), places in table.failures.items():
        print(f"\n{name}: {', '.join(places)}\n    {why[:600]}")
    said = list(table.cells.values())
    print(f"\n{len({name for name, _ in table.cells})} constructs, {len(said)} cells: " + ", ".join(
        f"{said.count(word)} {word}" for word in ("works", "refused", "FAILS")
    ))  # fmt: skip
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

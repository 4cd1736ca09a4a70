"""The verdicts in the terminal: `python -m methods.reporting.summary --config experiment=mini`."""

import argparse
import sys
from pathlib import Path
from typing import TextIO

from methods.configuration import load_configuration
from methods.data.files import read_json
from methods.errors import InputError
from methods.yaml_files import read_scalar


def print_summary(results: Path, stream: TextIO | None = None) -> None:
    """Print one line a claim and where the report lies.

    Args:
        results: the folder of an experiment's results.
        stream: standard output unless given.
    """
    rows = [
        (entry["id"], _number(entry["value"]), entry["status"], entry["reason"])
        for entry in read_json(results / "verdicts.json")["verdicts"]
    ]
    rows.insert(0, ("claim", "measured", "verdict", "reason"))
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for name, value, verdict, reason in rows:
        cells = (name.ljust(widths[0]), value.rjust(widths[1]), verdict.ljust(widths[2]), reason)
        print("  ".join(cells), file=stream)
    print(f"\nReport: {(results / 'report.html').absolute()}", file=stream)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def main() -> None:
    """Find the results where Snakemake put them: by config.yaml and the same `--config`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE")
    pairs = [item.partition("=") for item in parser.parse_args().config]
    overrides = {key: read_scalar(value) for key, _, value in pairs}
    try:
        print_summary(load_configuration(Path.cwd(), overrides).results)
    except InputError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

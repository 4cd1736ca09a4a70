"""The verdicts in the terminal: `python -m methods.reporting.summary --config experiment=mini`."""

import argparse
import csv
import sys
from pathlib import Path
from typing import TextIO

from methods.commands import (
    add_config,
    given_config,
    read_or_not,
    replace_unprintable,
)
from methods.configuration.loading import Configuration, load_configuration
from methods.data.files import unreadable
from methods.errors import InputError
from methods.recipes import make_again, make_report
from methods.reporting.chain import CHECKPOINT, GIVEN_CHECKPOINT
from methods.reporting.strictness import unmet_sentence
from methods.reporting.verdict_lines import verdict_lines
from methods.seals import left_beside, require_sealed
from methods.wording import single_line


def print_summary(configuration: Configuration, stream: TextIO | None = None) -> None:
    """Print one line a claim, where the report lies, and what the experiment can tell.

    Args:
        configuration: of the call.
        stream: standard output unless given.

    Raises:
        InputError: there are no verdicts, a file behind the numbers is missing, or one was changed.
    """
    results = configuration.results
    verdicts = results / "verdicts.json"
    if not verdicts.is_file():
        remedy = f"run `{make_report(configuration.name)}`"
        raise InputError(verdicts, "no such file", "the verdicts on the claims", remedy)
    report = make_report(configuration.name)
    require_sealed(results)
    again = f"delete {results / 'report.html'} and run `{report}` again"
    _require_chains(configuration, again)
    reasons = dict(_columns(results / "report/verdicts.csv", ("id", "reason"), again))
    for line in verdict_lines(verdicts, reasons):
        print(line, file=stream)
    print(f"\nReport: {(results / 'report.html').absolute()}", file=stream)
    described = single_line(configuration.experiment["description"])
    print(f"What {configuration.name} is: {described}", file=stream)


def finish(configuration: Configuration) -> None:
    """Print the verdicts; leave with status 1 and a sentence where a strict call misses a claim.

    Everything is written by then, so nothing is lost by it.

    Args:
        configuration: of the call; `strict` says whether every claim must be met.

    Raises:
        InputError: as of `print_summary`.
        SystemExit: it is strict, and a claim is not met.
    """
    replace_unprintable()
    with read_or_not():
        print_summary(configuration)
    unmet = unmet_sentence(configuration.results) if configuration.strict else None
    if unmet is not None:
        sys.exit(unmet)


def _require_chains(configuration: Configuration, again: str) -> None:
    """Check that the files behind the numbers are there; their content is not looked at."""
    results = configuration.results
    chains = sorted((results / "report").glob("chain-*.csv"))
    if not chains:
        raise InputError(results / "report", "no chain-*.csv", "one a run and seed", again)
    for chain in chains:
        for link, file in _columns(chain, ("link", "file"), again):
            path = results / file
            # An index lies alone with what it is of, such as a folder of label maps.
            of_index = left_beside(results, path) if path.name == "index.json" else []
            for needed in (path, *of_index):
                if not needed.exists():
                    remedy = _remedy(configuration, link, needed)
                    raise InputError(needed, "no such file", f"{link}, of {chain.name}", remedy)


def _remedy(configuration: Configuration, link: str, path: Path) -> str:
    """What to do where a file of a chain is missing."""
    if link == GIVEN_CHECKPOINT:
        return "put it back, or name another in the experiment"
    # Snakemake knows the folder of the checkpoints, but not what lies in it.
    wanted = ("--forcerun", str(path.parent)) if link == CHECKPOINT else (str(path),)
    return make_again(configuration.name, *wanted)


def _columns(table: Path, names: tuple[str, str], remedy: str) -> list[tuple[str, str]]:
    """Two columns of one of the report's tables."""
    first, second = names
    try:
        with table.open(newline="", encoding="utf-8") as file:
            rows = [(row[first], row[second]) for row in csv.DictReader(file)]
    except OSError as error:
        raise unreadable(table, error) from error
    except (KeyError, ValueError) as error:
        raise InputError(table, "a table of other columns", " and ".join(names), remedy) from error
    if any(None in row for row in rows):
        raise InputError(table, "a row cut short", " and ".join(names), remedy)
    return rows


def main() -> None:
    """Find the results where Snakemake put them: by config.yaml and the same `--config`."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_config(parser)
    overrides = given_config(parser.parse_args().config)
    try:
        finish(load_configuration(Path.cwd(), overrides))
    except InputError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

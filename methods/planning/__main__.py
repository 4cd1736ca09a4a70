"""What an experiment will take: `python -m methods.planning --config experiment=paper`."""

import argparse
import os
import sys
from pathlib import Path

from methods.commands import add_config, given_config, read_or_not, replace_unprintable
from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.planning.machine import this_machine
from methods.planning.text import plan_text
from methods.recipes import snakemake


def main() -> None:
    """Count what is missing, by config.yaml and the same `--config` as Snakemake's."""
    replace_unprintable()
    parser = argparse.ArgumentParser(prog="python -m methods.planning", description=__doc__)
    add_config(parser)
    parser.add_argument("--cores", type=_cores, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    try:
        configuration = load_configuration(Path.cwd(), given_config(arguments.config))
    except InputError as error:
        sys.exit(str(error))
    text = plan_text(configuration, None, this_machine(configuration, arguments.cores))
    with read_or_not():
        print(text or "Nothing has to be fetched, and nothing large or long is missing.")
        dry_run = snakemake(configuration.name, "-n", "report")
        print(f"\nWhat is there, but out of date, is not counted; `{dry_run}` does so.")


def _cores(text: str) -> int:
    """A number of cores, of which there is at least one."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected a whole number from 1 on")
    return int(text)


if __name__ == "__main__":
    main()

"""What an experiment will take: `python -m methods.planning --config experiment=paper`."""

import argparse
import os
import sys
from pathlib import Path

from methods.cards import gpu_answers
from methods.commands import add_config, end_with_reader, given_config, replace_unprintable
from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.planning.text import plan_text
from methods.planning.times import Machine


def main() -> None:
    """Count what is missing, by config.yaml and the same `--config` as Snakemake's."""
    end_with_reader()
    replace_unprintable()
    parser = argparse.ArgumentParser(prog="python -m methods.planning", description=__doc__)
    add_config(parser)
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    try:
        configuration = load_configuration(Path.cwd(), given_config(arguments.config))
    except InputError as error:
        sys.exit(str(error))
    device = configuration.device
    gpu = device == "cuda" or (device == "auto" and gpu_answers())
    machine = Machine(gpu, arguments.cores, configuration.deterministic_on_cpu)
    text = plan_text(configuration, None, machine)
    print(text or "Nothing has to be fetched, and nothing large or long is to be made.")


if __name__ == "__main__":
    main()

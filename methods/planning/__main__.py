"""What an experiment will take: `python -m methods.planning --config experiment=paper`."""

import argparse
import os
import sys
from pathlib import Path

from methods.cards import gpu_answers
from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.planning.text import plan_text
from methods.planning.times import Machine
from methods.yaml_files import read_scalar


def main() -> None:
    """Count what is missing, by config.yaml and the same `--config` as Snakemake's."""
    parser = argparse.ArgumentParser(prog="python -m methods.planning", description=__doc__)
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE")
    parser.add_argument("--cores", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args()
    pairs = [item.partition("=") for item in arguments.config]
    overrides = {key: read_scalar(value) for key, _, value in pairs}
    try:
        configuration = load_configuration(Path.cwd(), overrides)
    except InputError as error:
        sys.exit(str(error))
    device = configuration.device
    gpu = device == "cuda" or (device == "auto" and gpu_answers())
    machine = Machine(gpu, arguments.cores, configuration.deterministic_on_cpu)
    text = plan_text(configuration, None, machine)
    print(text or "Nothing has to be fetched, and nothing large or long is to be made.")


if __name__ == "__main__":
    main()

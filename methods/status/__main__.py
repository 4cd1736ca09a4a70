"""What runs, how far it is, and what came before: `python -m methods.status`.

It reads files and starts nothing, so it may be called while Snakemake works. A target of Snakemake
may not: when it ends, Snakemake removes the locks of every call in the folder.
"""

import argparse
import signal
import sys
from pathlib import Path

from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.status.text import status_text
from methods.yaml_files import read_scalar


def main() -> None:
    """Find the results by config.yaml and the same `--config` as Snakemake's."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` ends it without a word
    parser = argparse.ArgumentParser(prog="python -m methods.status", description=__doc__)
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE")
    pairs = [item.partition("=") for item in parser.parse_args().config]
    overrides = {key: read_scalar(value) for key, _, value in pairs}
    try:
        print(status_text(load_configuration(Path.cwd(), overrides).results))
    except InputError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

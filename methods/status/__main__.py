"""What runs, how far it is, and what came before: `python -m methods.status`.

It reads files and starts nothing, so it may be called while Snakemake works. A target of Snakemake
may not: when it ends, Snakemake removes the locks of every call in the folder.
"""

import argparse
import sys
from pathlib import Path

from methods.commands import add_config, given_config, read_or_not, replace_unprintable
from methods.configuration.loading import load_configuration
from methods.errors import InputError
from methods.status.text import status_text


def main() -> None:
    """Find the results by config.yaml and the same `--config` as Snakemake's."""
    replace_unprintable()
    parser = argparse.ArgumentParser(prog="python -m methods.status", description=__doc__)
    add_config(parser)
    overrides = given_config(parser.parse_args().config)
    try:
        configuration = load_configuration(Path.cwd(), overrides)
        text = status_text(configuration.results, configuration=configuration)
    except InputError as error:
        sys.exit(str(error))
    with read_or_not():
        print(text)


if __name__ == "__main__":
    main()

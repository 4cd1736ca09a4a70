"""What the commands beside Snakemake (`python -m methods.status` and others) have in common."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any

from methods.yaml_files import read_scalar


def add_config(parser: ArgumentParser) -> None:
    """Have a command take `--config` as Snakemake does."""
    parser.add_argument("--config", nargs="+", default=[], metavar="KEY=VALUE")


def given_config(items: Iterable[str]) -> dict[str, Any]:
    """Value by key of what was given by `--config`, such as "experiment=mini"."""
    pairs = [item.partition("=") for item in items]
    return {key: read_scalar(value) for key, _, value in pairs}


@contextmanager
def read_or_not() -> Iterator[None]:
    """Print in this block; what a reader such as `| head` does not wait for goes nowhere.

    That is no failure, of which make would have to say something.
    """
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # Python itself writes what is still buffered when it ends.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def replace_unprintable() -> None:
    """Have standard output show "?" for what its encoding lacks, where it else would fail."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")

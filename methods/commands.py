"""What the commands beside Snakemake (`python -m methods.status` and others) have in common."""

import signal
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
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


def end_with_reader() -> None:
    """Let this process end without a word when who reads its output does, as `| head` does."""
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)


def replace_unprintable() -> None:
    """Have standard output show "?" for what its encoding lacks, where it else would fail."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")

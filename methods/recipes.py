"""Commands that a message tells a person to run, as a shell in the project's folder runs them."""

import shlex

# By its path, so that it also works for people who only use make.
SNAKEMAKE = ".venv/bin/snakemake"


def make_report(experiment: str) -> str:
    """The command that makes the report of an experiment."""
    return f"make report EXPERIMENT={shlex.quote(experiment)}"


def make_again(experiment: str, *wanted: str) -> str:
    """What to do where a result is missing that the page needs.

    A call for the page makes nothing that only stands between two files that are there.

    Args:
        experiment: whose result it is.
        wanted: arguments of Snakemake that have it made, such as its path.
    """
    return f"run `{snakemake(experiment, *wanted)}`, then `{make_report(experiment)}` again"


def snakemake(experiment: str, *arguments: str) -> str:
    """The command that calls Snakemake with arguments on an experiment."""
    return f"{SNAKEMAKE} {shlex.join(arguments)} --config {shlex.quote(f'experiment={experiment}')}"

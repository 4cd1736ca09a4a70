"""Commands that a message tells a person to run, as a shell in the project's folder runs them."""

import shlex

# By its path, so that it also works for people who only use make.
SNAKEMAKE = ".venv/bin/snakemake"


def make_report(experiment: str) -> str:
    """The command that makes the report of an experiment."""
    return f"make report EXPERIMENT={shlex.quote(experiment)}"


def snakemake(experiment: str, *arguments: str) -> str:
    """The command that calls Snakemake with arguments on an experiment."""
    return f"{SNAKEMAKE} {shlex.join(arguments)} --config {shlex.quote(f'experiment={experiment}')}"

"""What a call that finds nothing to do takes, in units of Snakemake's own start.

    python -m benchmarks.second_call [experiment]

The report of the experiment must have been made: a call that still has work is refused.
"""

import os
import subprocess
import sys
from pathlib import Path

REPEATS = 5  # the cheapest counts: other work on the machine only adds
PROJECT = Path(__file__).parents[1]


def cpu_seconds(*arguments: str) -> tuple[float, str]:
    """Least processor time of several calls of Snakemake, and what the last one said."""
    times = []
    for _ in range(REPEATS):
        before = os.times()
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", *arguments],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
        after = os.times()
        own = after.children_user + after.children_system
        times.append(own - before.children_user - before.children_system)
    return min(times), done.stdout + done.stderr


def main(experiment: str) -> None:
    start, _ = cpu_seconds("--version")
    call, said = cpu_seconds("report", "--dry-run", "--config", f"experiment={experiment}")
    if "Nothing to be done" not in said:
        sys.exit(f"results/{experiment} is not up to date: run `make report` first")
    print(f"start of Snakemake {start:.2f} s, whole call {call:.2f} s: ratio {call / start:.1f}")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["mini"]))

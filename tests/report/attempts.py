"""Attempts in the registry of some results, as the jobs leave them."""

import json
from pathlib import Path

SENTENCE = 'journal: found loss term "cls" = nan on <script>alert(1)</script>, expected finite.'


def write_attempt(
    root: Path,
    start: str,
    *,
    job: str = "more.seed0",
    outcome: str | None = "finished",
    reason: str | None = None,
    settings: str = "a" * 64,
) -> Path:
    """Write the record of a training that started at this minute of an hour; return its file."""
    run, _, seed = job.partition(".seed")
    file = root / f"registry/train_model/{job}/20260705T10{start}00000000Z-7.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    values = {
        "rule": "train_model",
        "job": job,
        "wildcards": {"run": run, "seed": seed},
        "started": f"2026-07-05T10:{start}:00.000+00:00",
        "host": "node7",
        "process": 7,
        "settings": settings,
        "code": "c" * 16,
        "ended": f"2026-07-05T10:{start}:59.000+00:00" if outcome else None,
        "outcome": outcome,
        "reason": reason,
    }
    file.write_text(json.dumps(values), encoding="utf-8")
    return file


def write_attempts(root: Path) -> None:
    """Four attempts at one training, and one at another."""
    failed = write_attempt(root, "01", outcome="failed", reason=SENTENCE)
    failed.with_suffix(".journal.csv").write_text("iteration\n0\n", encoding="utf-8")
    write_attempt(root, "02", outcome=None)
    write_attempt(root, "03", settings="b" * 64)
    write_attempt(root, "04")
    write_attempt(root, "05", job="no_gcr.seed1")

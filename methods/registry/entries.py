"""The entries of a job in the registry of its experiment: that it began, and what stopped it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from methods.data.files import sha256
from methods.errors import StoppedError
from methods.layout import LOGS, REGISTRY, results_of
from methods.registry.journals import keep_journal, keep_journal_of_killed
from methods.registry.records import Attempt


def begin(
    *,
    rule: str,
    log: Path,
    wildcards: Mapping[str, str],
    params: Mapping[str, Any],
    input: Mapping[str, Any],
    journal: Path | None,
) -> Attempt | None:
    """Enter an attempt that starts now.

    Args:
        rule: name of the rule.
        log: of the job; it lies in results/<experiment>/logs.
        wildcards: text by name.
        params: plain values by name.
        input: paths by name, or lists of paths.
        journal: of the training that the job is; None where it is none.

    Returns:
        None where the log lies in no folder `logs`, so that the job is no experiment's.

    Raises:
        InputError: the record cannot be written.
    """
    results = results_of(log)
    if results is None:
        return None
    job = log.relative_to(results / LOGS).with_name(log.name.removesuffix(".log"))
    folder = results / REGISTRY / job
    if journal is not None:
        keep_journal_of_killed(folder, journal)
    return Attempt.begin(
        folder,
        rule=rule,
        job="/".join(job.parts[1:]),
        wildcards=dict(wildcards),
        settings=_digest(params, input),
        code=params.get("code"),
    )


def stop(attempt: Attempt, kind: type[BaseException], reason: str, journal: Path | None) -> None:
    """Enter the end of an attempt that did not finish, and keep its journal.

    Raises:
        InputError: the record or the journal cannot be written.
    """
    if issubclass(kind, KeyboardInterrupt):
        attempt.end("interrupted", "Stopped by Ctrl-C.")
    else:
        attempt.end("interrupted" if issubclass(kind, StoppedError) else "failed", reason)
    if journal is not None:
        keep_journal(attempt, journal)


def _digest(params: Mapping[str, Any], input: Mapping[str, Any]) -> str:
    """SHA-256 of the parameters without the code, and of the YAML files among the input."""
    plain = {name: value for name, value in params.items() if name != "code"}
    files = sorted((path.name, sha256(path)) for path in _files(input) if path.suffix == ".yaml")
    text = json.dumps([plain, files], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _files(input: Mapping[str, Any]) -> Iterator[Path]:
    for value in input.values():
        yield from value if isinstance(value, list) else [value]

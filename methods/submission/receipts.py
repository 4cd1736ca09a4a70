"""Receipts: what an evaluation server answered to our packages, written down by a person."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any

from methods.configuration.schema import check_schema, nearest
from methods.data.files import read_fields
from methods.errors import InputError
from methods.evaluation.segmentation import BACKGROUND
from methods.submission.package import read_package
from methods.yaml_files import read_yaml

SCHEMA = Path(__file__).parents[2] / "receipts" / "schema.yaml"
MEAN_TOLERANCE = 0.05  # points; servers round to one or two decimals


def match_receipts(
    packages: Sequence[Path],
    receipts: Path | None,
    classes: Mapping[str, Sequence[str]],
    today: date,
    results: Path,
) -> dict[str, Any]:
    """Give each package the receipt that names its SHA-256, or none.

    A receipt may also be of a package that an earlier call left in the results, such as that of
    another seed; it then stays without effect.

    Args:
        packages: <run>/seed<k>/submission/package.json of each package of this call.
        receipts: the YAML file; None where nobody has written one.
        classes: foreground classes of the data set of each run that has a package.
        today: no receipt is of a later day.
        results: folder of the experiment's results, which holds <run>/seed<k>/.

    Returns:
        The content of receipts.json: "packages", in order, each with "run", "seed", "sha256" and
        "receipt", which is None or the entry of the file.

    Raises:
        InputError: a tar file is not the one that its package.json names; or an entry is not what
            receipts/schema.yaml describes, is of no package or the second of one, lacks a class or
            has another, or holds a mean that is not that of its classes or a date to come.
    """
    entries = []
    for path in packages:
        run, seed = path.parents[2].name, path.parents[1].name.removeprefix("seed")
        sha256 = read_package(path)["sha256"]
        entries.append({"run": run, "seed": int(seed), "sha256": sha256, "receipt": None})
    others = set(results.glob("*/seed*/submission/package.json")).difference(packages)
    seen: set[str] = set()
    for where, receipt in _read(receipts):
        digest = receipt["package_sha256"]
        matching = [entry for entry in entries if entry["sha256"] == digest]
        owner = matching[0]["run"] if matching else _run_of(digest, others)
        if owner is None:
            raise InputError(
                where,
                f"a receipt for the package {digest}",
                _expected(entries, results, others),
                "delete it, or bring back the results whose package was scored",
            )
        if digest in seen:
            raise InputError(
                where,
                f"a second receipt for the package {digest}",
                "one a package",
                "keep the one that the server gave for this very file",
            )
        seen.add(digest)
        if matching or owner in classes:  # an older package may be of a run that is no more
            _check(receipt, classes[owner], today, where)
        for entry in matching:
            entry["receipt"] = receipt
    return {"packages": entries}


def _run_of(sha256: str, packages: Iterable[Path]) -> str | None:
    """The run whose package has a digest; None where no package has it."""
    for path in sorted(packages):
        if read_fields(path, {"sha256": str})["sha256"] == sha256:
            read_package(path)  # raises where the tar file is another by now
            return path.parents[2].name
    return None


def _read(path: Path | None) -> list[tuple[str, dict[str, Any]]]:
    """Read the entries, each with how to name it in an error."""
    if path is None:
        return []
    document = read_yaml(path)
    check_schema(document, SCHEMA, "receipts", str(path))
    named = [(f"{path}, receipt {number}", entry) for number, entry in enumerate(document, 1)]
    for where, entry in named:
        check_schema(entry, SCHEMA, "receipt", where)
    return named


def _expected(entries: Sequence[Mapping[str, Any]], results: Path, others: set[Path]) -> str:
    earlier = f"that of another package in {results}"
    if not entries:
        return earlier if others else "none, since the experiment makes no package"
    known = [f"{entry['sha256']} ({entry['run']}, seed {entry['seed']})" for entry in entries]
    listed = f"{'one of ' if len(known) > 1 else ''}{', '.join(known)}"
    return f"{listed}, or {earlier}" if others else listed


def _check(receipt: Mapping[str, Any], classes: Sequence[str], today: date, where: str) -> None:
    _check_date(receipt["date"], today, where)
    per_class = receipt["per_class"]
    known = (BACKGROUND, *classes)
    if unknown := [name for name in per_class if name not in known]:
        raise InputError(
            f"{where}, per_class",
            f"the unknown class {unknown[0]!r}",
            nearest(str(unknown[0]), known),
            "correct its name",
        )
    if missing := [name for name in known if name not in per_class]:
        raise InputError(
            f"{where}, per_class",
            f"no number of {', '.join(missing[:5])}{' and more' if missing[5:] else ''}",
            f"the IoU of each of the {len(known)} classes",
            "copy it from the server's page",
        )
    if undefined := [name for name in known if not isfinite(per_class[name])]:
        found = f"{per_class[undefined[0]]} for {undefined[0]}"
        raise InputError(f"{where}, per_class", found, "0 to 100", "copy it from the server's page")
    if 0 < max(per_class.values()) <= 1:
        found = f"no class above {max(per_class.values())}"
        raise InputError(
            f"{where}, per_class", found, "percent", "multiply all by 100, the mean too"
        )
    mean = fmean(per_class.values())
    # Rounded, since 0.05 is none in binary; and so written that NaN does not pass.
    if not round(abs(receipt["mean"] - mean), 9) <= MEAN_TOLERANCE:
        raise InputError(
            f"{where}, mean",
            f"{receipt['mean']}",
            f"{mean:.3f}, the mean of its classes, within {MEAN_TOLERANCE}",
            "look for a number that was copied wrongly",
        )


def _check_date(text: str, today: date, where: str) -> None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InputError(
            f"{where}, date", f"{text}, which is no day", "YYYY-MM-DD", "correct it"
        ) from None
    if day > today:
        raise InputError(
            f"{where}, date", f"{text}, which is to come", f"at most {today}", "correct it"
        )

"""Receipts: what an evaluation server answered to our packages, written down by a person."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import isfinite
from pathlib import Path
from statistics import fmean
from typing import Any

from methods.configuration.schema import check_schema, nearest
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
) -> dict[str, Any]:
    """Give each package the receipt that names its SHA-256, or none.

    Args:
        packages: <run>/seed<k>/submission/package.json of each package.
        receipts: the YAML file; None where nobody has written one.
        classes: foreground classes of the data set of each run that has a package.
        today: no receipt is of a later day.

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
    for where, receipt in _read(receipts):
        matching = [entry for entry in entries if entry["sha256"] == receipt["package_sha256"]]
        if not matching:
            raise InputError(
                where,
                f"a receipt for the package {receipt['package_sha256']}",
                _expected(entries),
                "delete it, or bring back the results whose package was scored",
            )
        if matching[0]["receipt"] is not None:
            raise InputError(
                where,
                f"a second receipt for the package {receipt['package_sha256']}",
                "one a package",
                "keep the one that the server gave for this very file",
            )
        _check(receipt, classes[matching[0]["run"]], today, where)
        for entry in matching:
            entry["receipt"] = receipt
    return {"packages": entries}


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


def _expected(entries: Sequence[Mapping[str, Any]]) -> str:
    if not entries:
        return "none, since the experiment makes no package"
    known = [f"{entry['sha256']} ({entry['run']}, seed {entry['seed']})" for entry in entries]
    return f"{'one of ' if len(known) > 1 else ''}{', '.join(known)}"


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

"""Reading the files of claims."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from methods.claims import PERCENT, AtLeast, AtMost, Claim, Equals, Published, Quantity
from methods.configuration.schema import check_schema
from methods.errors import InputError
from methods.yaml_files import USABLE, read_yaml, unusable_numbers

SCHEMA = Path(__file__).parents[1] / "claims" / "schema.yaml"


def load_claims(*paths: Path) -> tuple[Claim, ...]:
    """Read claim files, one after the other.

    Raises:
        InputError: one does not follow claims/schema.yaml, or two claims have the same id.
    """
    claims = tuple(_claim(entry) for path in paths for entry in _document(path)["claims"])
    ids = [claim.id for claim in claims]
    for name in ids:
        if ids.count(name) > 1:
            where = " and ".join(map(str, paths))
            raise InputError(where, f"two claims {name}", "distinct ids", "rename one")
    return claims


def read_registered(path: Path) -> str:
    """Read when the claims of a file were fixed, and what was known then.

    Raises:
        InputError: the file does not follow claims/schema.yaml.
    """
    return str(_document(path)["registered"])


def _document(path: Path) -> Any:
    document = read_yaml(path)
    check_schema(document, SCHEMA, "claims", str(path))
    for key, value in unusable_numbers(document):
        raise InputError(f"{path}, {key}", value, USABLE, "correct the claim")
    for number, entry in enumerate(document["claims"]):
        unit = entry.get("published", {}).get("unit", PERCENT)
        if "quantity" in entry and unit != PERCENT:
            raise InputError(
                f"{path}, claims.{number}.published.unit",
                unit,
                f"{PERCENT}, in which the quantity of {entry['id']} is measured",
                "state value and tolerance in percent",
            )
    return document


def _claim(entry: Mapping[str, Any]) -> Claim:
    return Claim(
        id=entry["id"],
        statement=entry["statement"],
        source=entry["source"],
        bound=_bound(entry),
        quantity=Quantity(**entry["quantity"]) if "quantity" in entry else None,
        minus=Quantity(**entry["minus"]) if "minus" in entry else None,
        not_evaluated=entry.get("not_evaluated"),
        void=entry.get("void"),
    )


def _bound(entry: Mapping[str, Any]) -> Equals | AtLeast | AtMost | Published:
    if "at_least" in entry:
        return AtLeast(entry["at_least"])
    if "at_most" in entry:
        return AtMost(entry["at_most"])
    if "published" in entry:
        stated = entry["published"]
        return Published(**{**stated, "allows": tuple(stated.get("allows", ()))})
    equals = entry["equals"]
    to = Quantity(**equals["quantity"]) if "quantity" in equals else equals["value"]
    return Equals(to, equals["tolerance"])

"""One claim and one trained run, for the tests of verdicts."""

from methods.claims import Claim, Published, Quantity

CRF = Quantity(run="more", split="val", protocol="crf", metric="miou")
PUBLISHED = Published(
    value=76.4,
    tolerance=1.0,
    kind="paper",
    where="Table 2",
    dataset="VOC 2012",
    stage="decoder",
    protocol="with CRF",
    maybe_maximum=True,
)
RUNS = {"more": {"task": "segmentation", "checkpoint": {"rule": "last"}}}


def claim(bound: object, **fields: object) -> Claim:
    return Claim("c", "It works.", "Here.", bound, **{"quantity": CRF, **fields})

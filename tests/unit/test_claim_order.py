"""The order in which the page and the terminal tell claims."""

from methods.reporting.claim_order import CONTROLS, in_groups


def test_controls_come_last_and_both_groups_keep_their_order() -> None:
    claims = ["control b", "gain", "control a", "crf"]
    assert in_groups(claims, lambda claim: claim.startswith("control")) == (
        ("", ("gain", "crf")),
        (CONTROLS, ("control b", "control a")),
    )


def test_a_group_without_claims_is_not_there() -> None:
    assert in_groups(["gain"], lambda _: False) == (("", ("gain",)),)
    assert in_groups(["a"], lambda _: True) == ((CONTROLS, ("a",)),)
    assert in_groups([], lambda _: True) == ()

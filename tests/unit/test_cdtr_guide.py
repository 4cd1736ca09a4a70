"""The weights that guide a training are those that their card describes."""

from pathlib import Path

import pytest

from methods.data.files import sha256, write_json
from methods.errors import InputError
from methods.training.checkpoints import verified_guide


def test_the_guide_comes_with_its_network(tmp_path: Path) -> None:
    weights, card = tmp_path / "clip.pt", tmp_path / "clip.json"
    weights.write_text("weights")
    network = {"model": "ViT-B-32-quickgelu"}
    write_json(card, {"sha256": sha256(weights), "network": network})
    guide = verified_guide(card, weights)
    assert guide.path == weights
    assert guide.network == network
    weights.write_text("other weights")
    with pytest.raises(InputError, match=r"clip\.pt: found sha256 \w{64}, expected .*: put"):
        verified_guide(card, weights)


@pytest.mark.parametrize("content", [[], {"sha256": "0"}, {"sha256": "0", "network": "ViT"}])
def test_a_card_without_a_network_is_one_sentence(tmp_path: Path, content: object) -> None:
    card = tmp_path / "clip.json"
    write_json(card, content)
    with pytest.raises(InputError, match=r"clip\.json: found .*; delete it"):
        verified_guide(card, tmp_path / "clip.pt")

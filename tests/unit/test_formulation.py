"""Switches of the formulation: how they are read, and that each changes only what it is for."""

from collections.abc import Callable
from dataclasses import replace
from typing import get_args, get_type_hints

import pytest
import torch
from torch import Tensor

from methods.more.formulation import (
    PRESETS,
    PROGRAM,
    SWITCHES,
    Formulation,
    complete,
    read_formulation,
)
from methods.more.losses import class_token_loss, cre_loss
from methods.more.network import MoRe
from methods.more.settings import UreSettings
from methods.more.ure import ure_loss
from methods.training.schedule import build_optimizer
from methods.training.settings import OptimizerSettings
from tests.unit import small_network

SMALL = replace(small_network.SMALL, depth=3, decoder_dilation=2)
CLASSES = 4
# Every switch with every value but the program's.
DEPARTURES = [
    (switch, value)
    for switch in SWITCHES
    for value in get_args(get_type_hints(Formulation)[switch])
    if value != "program"
]
OF_THE_NETWORK = {
    "gcr": {"class_tokens", "lam"},
    "gcr_neighbours": {"class_tokens", "lam"},
    "gcr_tails": {"class_tokens", "lam"},
    "gcr_similarity": {"class_tokens", "lam"},
    "gcr_gate": {"class_tokens", "lam"},
    "gcr_fusion": {"class_tokens", "lam"},
    "lam": {"lam"},
}
# Tells how a file is to be read; the formula is the program's.
OF_A_FILE = ("gcr_fusion", "renamed")
OF_THE_LOSSES = {
    "cre_similarity": {"cre"},
    "cre_mean": {"cre"},
    "cre_range": {"cre"},
    "ure": {"ure"},
    "attri": {"attri"},
}


def small_model(formulation: Formulation) -> MoRe:
    """The same weights whatever the formulation."""
    torch.manual_seed(0)
    return MoRe(SMALL, CLASSES, formulation)


def outputs(formulation: Formulation) -> dict[str, Tensor]:
    model, images = small_model(formulation), torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        return model(images)._asdict() | model.forward_cams(images, with_lam=True)._asdict()


def losses(formulation: Formulation) -> dict[str, Tensor]:
    torch.manual_seed(0)
    tokens, features = torch.randn(2, CLASSES, 16), torch.randn(2, 16, 9, 9)
    mask = torch.randint(0, CLASSES + 2, (2, 9, 9))
    mask[mask == CLASSES + 1] = 255
    labels = torch.tensor([[1.0, 0, 1, 0], [0, 1, 1, 1]])
    selection = UreSettings(window=3, threshold=1.2, tokens=8)
    return {
        "attri": class_token_loss(tokens, labels, formulation),
        # The second value's exponentials overflow where patches are not normalised.
        "cre": torch.stack(
            [
                cre_loss(tokens, x, mask, labels, 0.5, formulation)
                for x in (features, 400 * features)
            ]
        ),
        "ure": ure_loss(tokens, features, mask, labels, selection, formulation),
    }


@pytest.mark.parametrize(("switch", "value"), DEPARTURES)
class TestOneSwitch:
    @pytest.mark.parametrize(
        ("compute", "affected"),
        [(outputs, OF_THE_NETWORK), (losses, OF_THE_LOSSES)],
        ids=["network", "losses"],
    )
    def test_changes_what_it_is_for(
        self,
        switch: str,
        value: str,
        compute: Callable[[Formulation], dict[str, Tensor]],
        affected: dict[str, set[str]],
    ) -> None:
        published, changed = compute(PROGRAM), compute(replace(PROGRAM, **{switch: value}))
        different = {
            name
            for name, tensor in published.items()
            if not torch.equal(tensor.nan_to_num(), changed[name].nan_to_num())
        }
        expected = set() if (switch, value) == OF_A_FILE else affected.get(switch, set())
        assert different == expected

    def test_leaves_the_parameters_as_they_are(self, switch: str, value: str) -> None:
        published, changed = (
            small_model(kind).state_dict()
            for kind in (PROGRAM, replace(PROGRAM, **{switch: value}))
        )
        assert published.keys() == changed.keys()
        assert all(torch.equal(tensor, changed[key]) for key, tensor in published.items())


class TestReading:
    def test_default_is_the_program(self) -> None:
        assert read_formulation({}) == PROGRAM
        assert all(getattr(PROGRAM, switch) == "program" for switch in SWITCHES)

    @pytest.mark.parametrize("name", PRESETS)
    def test_presets(self, name: str) -> None:
        assert read_formulation({"formulation": name}) == PRESETS[name]

    def test_switches(self) -> None:
        found = read_formulation({"formulation": {"lam": "paper", "gcr_fusion": "legacy"}})
        assert found == Formulation(lam="paper", gcr_fusion="legacy")

    def test_complete_names_every_switch(self) -> None:
        run = {"method": "more", "formulation": {"ure": "paper"}}
        found = complete(run)
        assert found["method"] == "more"
        assert tuple(found["formulation"]) == SWITCHES
        assert read_formulation(found) == read_formulation(run)

    def test_the_papers_equations(self) -> None:
        """Every switch that has the paper's account follows it in the preset."""
        paper = {switch for switch, value in DEPARTURES if value == "paper"}
        assert paper == {
            switch for switch in SWITCHES if getattr(PRESETS["paper"], switch) == "paper"
        }


class TestGraphThatIsNotTrained:
    def test_step_leaves_a_frozen_graph_alone(self) -> None:
        model = small_model(Formulation(gcr_training="frozen"))
        groups = model.parameter_groups()
        assert [bool(group) for group in groups] == [True, True, True, False, True]
        grouped = {id(parameter) for group in groups for parameter in group}
        names = {name for name, value in model.named_parameters() if id(value) not in grouped}
        assert names == {name for name, _ in model.named_parameters() if "graph_layer" in name}

        optimizer = build_optimizer(groups, OptimizerSettings(1e-3, 10, (0.9, 0.999), 1e-8, 0.01))
        rates = {id(p): group["lr"] for group in optimizer.param_groups for p in group["params"]}
        assert rates.keys() == grouped
        for index, group in enumerate(groups):
            for parameter in group:
                assert rates[id(parameter)] == pytest.approx(1e-3 if index < 2 else 1e-2)
        before = {key: value.clone() for key, value in model.state_dict().items()}
        output = model(torch.randn(1, 3, 64, 64))
        (output.class_tokens.square().mean() + output.class_logits.sum()).backward()
        optimizer.step()
        after = model.state_dict()
        unchanged = {key for key in after if torch.equal(after[key], before[key])}
        assert names <= unchanged
        assert not unchanged & {"encoder.cls_token", "encoder.norm.weight", "classifier.weight"}

    def test_gradients_pass_through_a_frozen_graph(self) -> None:
        gradients = []
        for kind in (PROGRAM, Formulation(gcr_training="frozen")):
            model = small_model(kind)
            model(torch.randn(1, 3, 64, 64)).class_tokens.square().sum().backward()
            gradients.append(model.encoder.cls_token.grad)
            trained = [value.grad is not None for value in model.graph_layer.parameters()]
            assert any(trained) == (kind == PROGRAM)
        assert gradients[0] is not None
        assert gradients[0].any()
        assert torch.equal(gradients[0], gradients[1])

    def test_without_the_graph(self) -> None:
        model = small_model(Formulation(gcr="without"))
        images = torch.randn(1, 3, 64, 64)
        output = model(images)
        tokens = model.encoder(images).tokens[:, SMALL.registers :]
        assert torch.equal(output.class_tokens, tokens)
        output.class_tokens.square().sum().backward()
        assert all(value.grad is None for value in model.graph_layer.parameters())

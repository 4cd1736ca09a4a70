"""Emulated processes do what real ones would: tested against as many models as processes."""

from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from methods.cdtr.clip_guidance import build_guidance
from methods.cdtr.formulation import PROGRAM
from methods.cdtr.network import CDTR, Precision
from methods.cdtr.objective import TERMS, Objective
from methods.cdtr.settings import NetworkSettings
from methods.cdtr.step import EmulatedStep
from methods.settings import build
from methods.training.processes import Processes
from methods.weights.clip import load_clip
from tests.unit.small_cdtr_run import CLASSES, small_run, training_settings, write_guide

Batch = tuple[Tensor, Tensor]
SETTINGS = training_settings()
NETWORK = replace(build(NetworkSettings, small_run()["network"]), drop_path=0.0)


@pytest.fixture(scope="module")
def objective(tmp_path_factory: pytest.TempPathFactory) -> Objective:
    guide = write_guide(tmp_path_factory.mktemp("guide") / "clip.pt")
    guidance = build_guidance(load_clip(guide.path, guide.network), CLASSES, PROGRAM)
    return Objective(SETTINGS.losses, PROGRAM, guidance)


@pytest.fixture(scope="module")
def batches() -> list[Batch]:
    generator = torch.Generator().manual_seed(5)
    return [
        (torch.randn(3, 3, 64, 64, generator=generator), torch.tensor(labels))
        for labels in ([0, 2, 1], [1, 1, 0])
    ]


def model(precision: Precision = "fp32") -> CDTR:
    torch.manual_seed(0)
    return CDTR(NETWORK, len(CLASSES), PROGRAM, precision).train()


def gradients(of: CDTR) -> dict[str, Tensor]:
    return {n: p.grad.clone() for n, p in of.named_parameters() if p.grad is not None}


def by_hand(objective: Objective, batches: list[Batch]) -> list[CDTR]:
    """A model for each process, with the gradients of its own batch."""
    processes = [model() for _ in batches]
    for process, (images, labels) in zip(processes, batches, strict=True):
        objective(process, images, labels)["total"].backward()
    return processes


def test_gradients_are_averaged(objective: Objective, batches: list[Batch]) -> None:
    emulated = model()
    step = EmulatedStep(emulated, objective, SETTINGS.optimizer, emulated=2)
    for images, labels in batches:
        step.accumulate(images, labels)
    first, second = (gradients(process) for process in by_hand(objective, batches))
    found = gradients(emulated)
    assert set(found) == set(first) == set(second) == dict(emulated.named_parameters()).keys()
    for name, gradient in found.items():
        expected = (first[name] + second[name]) / 2
        torch.testing.assert_close(gradient, expected, rtol=1e-5, atol=1e-8)
        assert not torch.equal(first[name], second[name])


def test_weights_and_running_statistics_after_a_step(
    objective: Objective, batches: list[Batch]
) -> None:
    emulated = model()
    step = EmulatedStep(emulated, objective, SETTINGS.optimizer, emulated=2)
    for images, labels in batches:
        step.accumulate(images, labels)
    step.update(1e-3)
    first, second = by_hand(objective, batches)
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        one.grad = (one.grad + other.grad) / 2
    torch.optim.AdamW(first.parameter_groups(0.05), lr=1e-3).step()
    for name, parameter in emulated.named_parameters():
        torch.testing.assert_close(parameter, first.get_parameter(name), rtol=1e-4, atol=1e-6)
        assert parameter.grad is None
    kept, theirs = dict(emulated.named_buffers()), dict(second.named_buffers())
    assert kept
    for name, buffer in first.named_buffers():
        assert torch.equal(kept[name], buffer)
        if name.endswith("num_batches_tracked"):
            assert buffer == 1
        elif name.startswith("att_layer."):
            assert not torch.equal(buffer, theirs[name])


def test_processes_are_not_one_large_batch(objective: Objective, batches: list[Batch]) -> None:
    """Batch statistics, prompts and sums belong to a process."""
    emulated, whole = model(), model()
    step = EmulatedStep(emulated, objective, SETTINGS.optimizer, emulated=2)
    single = EmulatedStep(whole, objective, SETTINGS.optimizer, emulated=1)
    terms = [step.accumulate(images[:1], labels[:1]) for images, labels in batches]
    images, labels = (torch.cat([batch[part][:1] for batch in batches]) for part in (0, 1))
    together = single.accumulate(images, labels)
    mean = {term: (terms[0][term] + terms[1][term]) / 2 for term in TERMS}
    assert together["x"] == pytest.approx(mean["x"], rel=1e-5)
    assert together["area"] == pytest.approx(2 * mean["area"], rel=1e-5)
    assert together["att"] != pytest.approx(mean["att"], rel=1e-5)


def test_steps_follow_one_another(objective: Objective, batches: list[Batch]) -> None:
    """Gradients of a step do not reach the next; the learned weights are those before a step."""
    step = EmulatedStep(model(), objective, SETTINGS.optimizer, emulated=1)
    step.accumulate(*batches[0])
    assert step.learned_weights() == dict.fromkeys(
        ("weight_x", "weight_att", "weight_area", "weight_map", "weight_dnc"), 0.5
    )
    step.update(1e-3)
    assert all(weight != 0.5 for weight in step.learned_weights().values())
    second = deepcopy(step.model)
    step.accumulate(*batches[1])
    objective(second, *batches[1])["total"].backward()
    for name, gradient in gradients(second).items():
        torch.testing.assert_close(gradients(step.model)[name], gradient, rtol=1e-6, atol=0)


def test_half_precision_skips_a_step_that_overflows() -> None:
    slopes = [1.0, float("inf"), 1.0]

    def steep(of: CDTR, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
        total = torch.stack([parameter.sum() for parameter in of.parameters()]).sum()
        return {"total": slopes[int(images)] * total}

    step = EmulatedStep(model("fp16"), steep, SETTINGS.optimizer, emulated=1)
    for n_iter, (moves, skipped) in enumerate([(True, 0), (False, 1), (True, 1)]):
        before = [parameter.clone() for parameter in step.model.parameters()]
        step.accumulate(torch.tensor(n_iter), torch.zeros(1))
        step.update(1e-3)
        pairs = zip(before, step.model.parameters(), strict=True)
        assert [not torch.equal(old, new) for old, new in pairs] == [moves] * len(before)
        assert step.skipped == skipped


def test_a_step_goes_on_from_its_state(objective: Objective, batches: list[Batch]) -> None:
    step = EmulatedStep(model("fp16"), objective, SETTINGS.optimizer, emulated=1)
    step.accumulate(*batches[0])
    step.scaler.update(8.0)
    step.accumulate(*batches[0])
    step.update(1e-3)
    step.skipped = 3
    other = EmulatedStep(model("fp16"), objective, SETTINGS.optimizer, emulated=1)
    other.load_state_dict(deepcopy(step.state_dict()))
    assert other.skipped == 3
    assert other.scaler.get_scale() == 8
    moments, found = (one.optimizer.state_dict()["state"] for one in (step, other))
    assert moments.keys() == found.keys() != set()
    for index, values in moments.items():
        assert all(torch.equal(values[name], found[index][name]) for name in values)


def test_paths_of_a_batch_that_is_passed_over_are_drawn(
    objective: Objective, batches: list[Batch]
) -> None:
    """So that the next batch gets those that it would behind that batch."""
    torch.manual_seed(0)
    network = replace(NETWORK, drop_path=0.5)
    step = EmulatedStep(
        CDTR(network, len(CLASSES), PROGRAM).train(), objective, SETTINGS.optimizer, emulated=2
    )
    before = torch.get_rng_state()
    step.accumulate(*batches[0])
    behind = torch.get_rng_state()
    assert not torch.equal(behind, before)
    torch.set_rng_state(before)
    step.pass_over(len(batches[0][1]))
    assert torch.equal(torch.get_rng_state(), behind)


def test_processes_share_the_emulated_ones(objective: Objective) -> None:
    own = [
        EmulatedStep(model(), objective, SETTINGS.optimizer, 6, Processes(rank, 3)).own
        for rank in range(3)
    ]
    assert [list(of_rank) for of_rank in own] == [[0, 1], [2, 3], [4, 5]]

"""Trainings in two processes: what equals one process, what does not, and how they end."""

import math
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest
import torch
from torch import Tensor, nn
from torch.amp import GradScaler

from methods.data.files import read_json
from methods.errors import InputError, StoppedError
from methods.more import objective
from methods.more.augmentation import build_view
from methods.more.batches import BatchSampler
from methods.more.formulation import read_formulation
from methods.more.network import MoRe
from methods.more.objective import TERMS, Objective
from methods.more.settings import NetworkSettings, TrainingSettings
from methods.more.weights import load_backbone
from methods.settings import build
from methods.training.dataset import ImageLabelDataset
from methods.training.loading import Share, Turns, load_batches
from methods.training.processes import Processes
from methods.training.schedule import build_optimizer, set_learning_rates
from methods.training.seeding import seed_everything
from methods.weights.state_dicts import read_file
from methods.yaml_files import read_yaml
from tests.unit.small_processes import (
    after_lines,
    small_job,
    together,
    train_job,
    trained,
    training_processes,
)
from tests.unit.small_run import CLASSES
from tests.unit.small_trainings import ITERATIONS, result
from workflow_scripts import train_model
from workflow_scripts.job import Job
from workflow_scripts.train_process import train

PAIR = (Processes(0, 2), Processes(1, 2))
FOUR = {"emulate_processes": 4, "batch_size": 1}  # of CDTR, two for each process
# Of MoRe, means over the images of a batch; the others count patches or pixels, or draw at random.
MEANS_OVER_IMAGES = ("cls", "cls_aux", "attri", "cre", "reg")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A training of each method in two processes that nothing stopped."""
    folder = tmp_path_factory.mktemp("pair")
    return {
        "more": trained("more", folder / "more", gpus=2),
        "cdtr": trained("cdtr", folder / "cdtr", gpus=2, **FOUR),
    }


def checkpoints(output: Path) -> list[dict[str, Tensor]]:
    entries = read_json(output / "done.json")["checkpoints"]
    return [read_file(output / "checkpoints" / entry["file"]) for entry in entries]


def assert_close(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    """All but the biases of the keys.

    The softmax of attention takes these out again, so that their gradient is a rounding error,
    which AdamW scales up to a step, in one process too.
    """
    assert found.keys() == expected.keys()
    for name in expected:
        pair = [state[name] for state in (found, expected)]
        if name.endswith("attn.qkv.bias"):
            pair = [torch.cat(value.chunk(3)[::2]) for value in pair]
        torch.testing.assert_close(*pair, rtol=1e-5, atol=1e-5, msg=name)


def test_cdtr_is_that_of_one_process(tmp_path: Path, pair: dict[str, Path]) -> None:
    """Also its drawn paths, batch statistics, prompts and sums; running statistics are saved."""
    single = trained("cdtr", tmp_path / "job", gpus=1, **FOUR)
    (_, rows), (_, expected) = result(pair["cdtr"]), result(single)
    assert len(rows) == len(expected) == 9
    for row, one in zip(rows, expected, strict=True):
        values = {name: float(value) for name, value in row.items()}
        assert values == pytest.approx({n: float(v) for n, v in one.items()}, rel=1e-5, abs=1e-6)
    for found, theirs in zip(checkpoints(pair["cdtr"]), checkpoints(single), strict=True):
        assert_close(found, theirs)
    for key in ("images_seen", "distinct_images", "iterations"):
        assert read_json(pair["cdtr"] / "done.json")[key] == read_json(single / "done.json")[key]
    assert len(read_json(pair["cdtr"] / "done.json")["memory"]) == 2  # of each process


def test_more_has_the_losses_of_each_share(pair: dict[str, Path]) -> None:
    """As one process that goes through the shares one after another, each with its draws."""
    folder = pair["more"].parent
    run = read_yaml(folder / "resolved.yaml")
    settings = build(TrainingSettings, run["training"])
    seed_everything(0)
    network = build(NetworkSettings, run["network"])
    model = MoRe(network, len(CLASSES), read_formulation(run), "fp32")
    load_backbone(model, folder / "vit.pt")
    model.train()
    view = build_view(settings.augmentation)
    dataset = ImageLabelDataset(folder / "index.csv", folder, "train_aug", CLASSES, view)
    sampler = BatchSampler(len(dataset), 2, ITERATIONS, 0)
    loaders, drawn, initialised = [], [], torch.get_rng_state()
    for one in PAIR:
        torch.set_rng_state(initialised)
        loaders.append(iter(load_batches(dataset, Share(sampler, one), 0, 0)))  # draws, too
        drawn.append(torch.get_rng_state())
    losses_of = Objective(settings, read_formulation(run))
    optimizer = build_optimizer(model.parameter_groups(), settings.optimizer)
    _, rows = result(pair["more"])
    for n_iter in range(ITERATIONS):
        set_learning_rates(optimizer, n_iter, ITERATIONS, settings.optimizer, settings.schedule)
        shares = []
        for rank, loader in enumerate(loaders):
            pixels, labels, boxes, _ = next(loader)
            assert len(pixels) == 1
            torch.set_rng_state(drawn[rank])
            shares.append(losses_of(model, pixels, labels, n_iter, boxes))
            drawn[rank] = torch.get_rng_state()
            (shares[-1]["total"] / 2).backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        for term in (*TERMS, "total"):
            mean = sum(float(share[term].detach()) for share in shares) / 2
            assert float(rows[n_iter][term]) == pytest.approx(mean, rel=1e-5, abs=1e-6), term
    assert not torch.equal(*drawn)
    assert_close(checkpoints(pair["more"])[-1], model.state_dict())


def test_terms_of_more_that_are_means_over_images_are_those_of_one_process(
    tmp_path: Path, pair: dict[str, Path]
) -> None:
    """In the first iteration, behind which the weights differ, with the decoder's terms on."""
    early = {"seg_start": -1}
    folder = tmp_path / "both"
    losses = {**read_yaml(pair["more"].parent / "resolved.yaml")["training"]["losses"], **early}
    short = {"iterations": 2, "checkpoint_every": 2, "batch_size": 4, "losses": losses}
    two = result(trained("more", folder / "two", 2, **short))[1][0]
    one = result(trained("more", folder / "one", 1, **short))[1][0]
    equal = {
        term for term in TERMS if float(two[term]) == pytest.approx(float(one[term]), rel=1e-5)
    }
    assert equal == set(MEANS_OVER_IMAGES)


def test_a_stopped_training_goes_on_to_the_same_end(tmp_path: Path, pair: dict[str, Path]) -> None:
    """Each process goes on with its own random numbers: to the last bit."""
    job = small_job("more", tmp_path / "job", gpus=2)
    together(train_job, 2, job, 4)
    together(train_job, 2, job)
    output = job.output["done"].parent
    assert result(output) == result(pair["more"])
    assert [entry["iteration"] for entry in read_json(output / "done.json")["resumed"]] == [5]


def test_signals_and_kills_change_nothing(tmp_path: Path, pair: dict[str, Path]) -> None:
    """The signal comes to the script of the rule, which has started the processes."""
    job = small_job("cdtr", tmp_path / "job", gpus=2, **FOUR)
    with after_lines(tmp_path / "job", 1, stop), pytest.raises(StoppedError, match="SIGTERM after"):
        train_model.main(job)
    assert training_processes(tmp_path / "job") == []
    together(lose_the_second, 2, job, codes=[0, -signal.SIGKILL])
    together(train_job, 2, job)
    assert result(job.output["done"].parent) == result(pair["cdtr"])


def stop(processes: Sequence[psutil.Process]) -> None:
    assert len(processes) == 2
    os.kill(os.getpid(), signal.SIGTERM)


def lose_the_second(processes: Processes, job: Job) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if not processes.first:
            patch.setattr(GradScaler, "update", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        with pytest.raises(RuntimeError, match="peer"):
            train(job, processes)
    os._exit(0)  # nobody is left to take leave of


def test_what_is_not_finite_in_one_process_stops_all(tmp_path: Path) -> None:
    job = small_job("more", tmp_path / "job", gpus=2)
    together(break_the_second, 2, job)
    journal = tmp_path / "job/train/journal.unfinished.csv"
    assert journal.read_bytes().count(b"\n") == 1  # the heading


def break_the_second(processes: Processes, job: Job) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if processes.first:
            with pytest.raises(RuntimeError, match="peer"):
                train(job, processes)
        else:
            patch.setattr(objective, "ptc_loss", lambda features, _: features.mean() * math.nan)
            told = r"journal.unfinished.csv: found loss term 'ptc' = nan at iteration 0 on images"
            with pytest.raises(InputError, match=told):
                train(job, processes)
    os._exit(0)


def test_shares_are_the_batch_of_one_process() -> None:
    sampler = BatchSampler(10, 4, 5, seed=0)
    first, second = (list(Share(sampler, one)) for one in PAIR)
    for batch, *shares in zip(sampler, first, second, strict=True):
        dealt = [draw for pair in zip(*shares, strict=True) for draw in pair]
        assert dealt == batch
        assert [len(share) for share in shares] == [2, 2]


def test_turns_are_the_batches_of_one_process_in_order() -> None:
    batches = [[(number, 0)] for number in range(12)]
    first, second = (list(Turns(batches, 4, one)) for one in PAIR)
    assert [batch[0][0] for batch in first] == [0, 1, 4, 5, 8, 9]
    assert [batch[0][0] for batch in second] == [2, 3, 6, 7, 10, 11]


def test_gradients_are_averaged_where_any_process_has_one() -> None:
    together(check_gradients, 2)


def check_gradients(processes: Processes) -> None:
    assert processes.gather(processes.rank) == [0, 1]
    assert processes.mean({"a": processes.rank}) == {"a": 0.5}
    all_have, one_has, none_has = (nn.Parameter(torch.zeros(3)) for _ in range(3))
    all_have.grad = torch.full((3,), 1.0 + processes.rank)
    if processes.first:
        one_has.grad = torch.full((3,), 4.0)
    processes.average_gradients([all_have, one_has, none_has])
    assert all_have.grad.tolist() == [1.5] * 3
    assert one_has.grad is not None
    assert one_has.grad.tolist() == [2.0] * 3
    assert none_has.grad is None
    layer = nn.Linear(2, 2)
    nn.init.constant_(layer.weight, processes.rank)
    processes.copy_weights(layer)
    assert layer.weight.sum() == 0

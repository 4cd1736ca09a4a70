"""What a call needs is compared with what the machine has."""

import dataclasses
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from methods.cards import Card
from methods.configuration.experiments import read_experiment
from methods.configuration.loading import Configuration
from methods.errors import InputError
from methods.planning.available import MainMemory
from methods.planning.disk import parts_to_write
from methods.planning.fetching import missing_files
from methods.planning.memory import gpu_memory, main_memory
from methods.planning.needs import Need, needs
from methods.planning.preflight import check, preflight_text
from methods.planning.steps import steps_to_run
from methods.planning.times import Machine
from tests.unit.small_plan import PROJECT, configuration, only, put
from workflow_scripts.start import check_machine, check_start

GPU = Machine(gpu=True, cores=4)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A machine on which the small experiment fits; a test changes what it has."""
    there = SimpleNamespace(
        free=10**9,
        card=Card("a card", 24 * 10**9, "GPU-0"),
        memory=MainMemory(64 * 10**9, "this machine"),
    )
    usage = "methods.planning.disk.shutil.disk_usage"
    monkeypatch.setattr(usage, lambda folder: SimpleNamespace(free=there.free))
    monkeypatch.setattr("methods.planning.needs.training_card", lambda: there.card)
    monkeypatch.setattr("methods.planning.needs.installed_memory", lambda: there.memory)
    return there


def found(small: Configuration, what: str, on: Machine = GPU) -> Need:
    (need,) = [need for need in needs(small, None, on) if need.what == what]
    return need


def refusal(small: Configuration, on: Machine = GPU) -> str:
    with pytest.raises(InputError) as refused:
        check(needs(small, None, on), "refuse")
    return str(refused.value)


def test_what_fits_is_not_mentioned(
    small: Configuration, machine: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    every = needs(small, None, GPU)
    assert [need.what for need in every] == ["disk", "GPU memory", "main memory", "cores"]
    for mode in ("refuse", "warn"):
        check(every, mode)
    assert capsys.readouterr() == ("", "")


def test_folders_on_one_disk_are_summed(small: Configuration, machine: SimpleNamespace) -> None:
    steps = steps_to_run(small, None)
    parts = parts_to_write(small, missing_files(small, None), steps, None)
    need = found(small, "disk")
    assert need.needed == pytest.approx(sum(part.bytes for part in parts))
    assert list(need.parts) == parts
    assert need.where == f"{small.data}, {small.results}"
    checkpoints = next(part for part in need.parts if part.name == "checkpoints")
    one_seed = dataclasses.replace(small, seeds=(0,))
    half = next(part for part in found(one_seed, "disk").parts if part.name == "checkpoints")
    assert checkpoints.bytes == 2 * half.bytes  # of every seed


def test_folders_on_two_disks_are_two_needs(
    small: Configuration, machine: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(small.data / "there")
    put(small.results / "there")
    stat = Path.stat

    def on_other_disk(path: Path, **options: Any) -> Any:
        device = 2 if path == small.data else 1
        return SimpleNamespace(st_dev=device, st_mode=stat(path, **options).st_mode)

    monkeypatch.setattr(Path, "stat", on_other_disk)
    disks = [need for need in needs(small, None, GPU) if need.what == "disk"]
    monkeypatch.undo()
    assert [need.where for need in disks] == [str(small.data), str(small.results)]
    for need in disks:
        assert need.needed == sum(part.bytes for part in need.parts)


def test_a_disk_that_is_too_small_is_refused(
    small: Configuration, machine: SimpleNamespace
) -> None:
    machine.free = 1000
    sentence, empty, *lines = refusal(small).splitlines()
    assert sentence == (
        "this machine: found too little disk space, expected what the table below says is needed; "
        "free space or name folders on other disks under `storage` in config.yaml, "
        "or go on in spite of the estimates with `preflight: warn` in config.yaml."
    )
    assert not empty
    assert "\n".join(lines) == preflight_text(needs(small, None, GPU))
    row = next(line for line in lines if line.startswith("  disk"))
    assert row.split()[1:8] == ["~12", "MB", "1.0", "kB", "DOES", "NOT", "FIT"]


def test_a_gpu_that_is_too_small_is_refused(small: Configuration, machine: SimpleNamespace) -> None:
    needed = gpu_memory(steps_to_run(small, None))
    machine.card = Card("a card", int(needed) + 1, "GPU-0")
    assert found(small, "GPU memory").fits
    machine.card = Card("a card", int(needed) - 1, "GPU-0")
    need = found(small, "GPU memory")
    assert (need.needed, need.where, need.fits) == (needed, "a card", False)
    assert "found too little GPU memory, " in refusal(small)
    assert "train on a GPU with more memory, or go on" in refusal(small)


def test_too_few_gpus_are_refused(
    small: Configuration, machine: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.experiment["runs"]["more"]["gpus"] = 2
    cards = [("0", machine.card)]
    monkeypatch.setattr("methods.planning.needs.visible_cards", lambda: cards)
    need = found(small, "GPUs")
    assert (need.needed, need.available, need.fits) == (2, 1, False)
    assert "found too few GPUs, " in refusal(small)
    cards += cards
    assert found(small, "GPUs").fits


def test_unknown_memory_of_a_gpu_is_called_unknown(
    small: Configuration, machine: SimpleNamespace
) -> None:
    machine.card = Card("a part of a GPU", None, "MIG-0")
    every = needs(small, None, GPU)
    check(every, "refuse")
    row = next(line for line in preflight_text(every).splitlines() if "GPU memory" in line)
    assert row.split()[4:] == ["unknown", "a", "part", "of", "a", "GPU"]


def test_main_memory_that_is_too_small_is_refused(
    small: Configuration, machine: SimpleNamespace
) -> None:
    needed = main_memory(small, steps_to_run(small, None), GPU)
    machine.memory = MainMemory(int(needed) - 1, "a container")
    need = found(small, "main memory")
    assert (need.needed, need.where, need.fits) == (needed, "a container", False)
    assert "found too little main memory, " in refusal(small)
    machine.memory = MainMemory(int(needed) + 1, "a container")
    assert found(small, "main memory").fits


def test_every_shortage_is_named_in_one_sentence(
    small: Configuration, machine: SimpleNamespace
) -> None:
    machine.free, machine.memory = 0, MainMemory(0, "this machine")
    sentence = refusal(small).splitlines()[0]
    assert "found too little disk space and too little main memory, expected" in sentence
    assert "config.yaml, train where more main memory is allowed, or go on" in sentence


def test_a_gpu_that_does_not_answer_is_refused(
    small: Configuration, machine: SimpleNamespace
) -> None:
    machine.card = None
    asked = dataclasses.replace(small, device="cuda")
    need = found(asked, "GPU")
    assert (need.needed, need.available, need.fits) == (1, 0, False)
    assert need.where == "`device: cuda`, and none answers"
    assert "found no GPU to train on, " in refusal(asked)
    assert [need.what for need in needs(asked, None, GPU)] == [
        "disk",
        "GPU",
        "main memory",
        "cores",
    ]


def test_a_cpu_is_refused_where_it_takes_too_long(
    tmp_path: Path, machine: SimpleNamespace, small: Configuration
) -> None:
    machine.free = 10**12
    on_cpu = Machine(gpu=False, cores=2)
    paper = configuration(tmp_path, only("more", read_experiment(PROJECT, "paper")))
    need = found(paper, "GPU", on_cpu)
    assert need.where == "no GPU answers, and one training takes ~28 days on 2 cores"
    assert "found no GPU to train on, expected" in refusal(paper, on_cpu)
    # The small one trains on a CPU, whose memory then holds the network.
    assert [need.what for need in needs(small, None, on_cpu)] == ["disk", "main memory", "cores"]


def test_fewer_cores_are_no_shortage(small: Configuration, machine: SimpleNamespace) -> None:
    few, many = (needs(small, None, Machine(gpu=True, cores=cores))[-1] for cores in (2, 8))
    check([few, many], "refuse")
    *_, first, second = preflight_text([few, many]).splitlines()
    assert first.split()[:4] == ["cores", "8", "2", "slower"]
    assert second.split()[:4] == ["cores", "8", "8", "fits"]


def test_a_warning_is_the_same_table(
    small: Configuration, machine: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.free = 1000
    every = needs(small, None, GPU)
    check(every, "warn")
    assert capsys.readouterr() == ("", f"{preflight_text(every)}\n")


def test_the_table_is_aligned(small: Configuration, machine: SimpleNamespace) -> None:
    heading, columns, *rows = preflight_text(needs(small, None, GPU)).splitlines()
    assert heading == "What is needed, and what there is; ~ marks estimates"
    end, where = columns.index("needed") + len("needed"), columns.index("where")
    assert [row.split()[0] for row in rows if row[2] != " "] == ["disk", "GPU", "main", "cores"]
    for row in rows:
        assert row[end - 1] != " " == row[end]
        assert row[where] != " " == row[where - 1]
    assert any(row.startswith("    checkpoints") for row in rows)


def test_what_exists_is_not_needed_again(small: Configuration, machine: SimpleNamespace) -> None:
    assert needs(small, set(), GPU) == []
    labels = small.results / "more/seed0/labels/raw/index.json"
    missing = {step.path for step in steps_to_run(small, None)}
    assert labels not in missing  # the test below would say nothing otherwise
    (step, *_) = [step for step in steps_to_run(small, None) if step.name == "labels"]
    (need, *_) = needs(small, {step.path.absolute()}, GPU)
    assert need.needed == step.bytes


def start(
    small: Configuration,
    files: list[Path],
    touch: bool = False,
    cluster: bool = False,
    gpu: bool = True,
) -> None:
    """What happens before the first job of a call that makes some files."""
    job = SimpleNamespace(output=[str(file) for file in files])
    dag = SimpleNamespace(needrun_jobs=lambda exclude_finished: [job])
    workflow = SimpleNamespace(dag=dag, cores=4, touch=touch, local_exec=not cluster)
    check_machine(workflow, small, gpu=gpu)


def test_a_call_that_is_interrupted_before_its_first_job_is_one_sentence(
    small: Configuration, heeded: None
) -> None:
    class Workflow:
        @property
        def touch(self) -> bool:
            signal.raise_signal(signal.SIGINT)
            return False

    with pytest.raises(SystemExit, match=r"^Interrupted .*: nothing was begun\.$"):
        check_start(Workflow(), small, gpu=False)


def test_only_a_call_that_trains_is_refused(
    small: Configuration, machine: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.free = 0
    every = [step.path for step in steps_to_run(small, None)]
    trained = [step.path for step in steps_to_run(small, None) if step.learns]
    start(small, [path for path in every if path not in trained])
    start(small, every, touch=True)
    with pytest.raises(InputError, match="too little disk space"):
        start(small, trained)
    start(dataclasses.replace(small, preflight="warn"), trained)
    assert "DOES NOT FIT" in capsys.readouterr().err
    machine.free = 10**9
    start(small, every)


def test_a_cluster_shares_the_disks_alone(small: Configuration, machine: SimpleNamespace) -> None:
    every = [step.path for step in steps_to_run(small, None)]
    machine.card = None
    with pytest.raises(InputError, match="no GPU to train on"):
        start(small, every)
    start(small, every, cluster=True)
    machine.free = 0
    with pytest.raises(InputError, match="too little disk space"):
        start(small, every, cluster=True)


def test_no_gpu_here_does_not_decide_for_a_cluster(
    small: Configuration, machine: SimpleNamespace
) -> None:
    asked, unasked = (dataclasses.replace(small, device=device) for device in ("cpu", "auto"))
    every = [step.path for step in steps_to_run(small, None)]
    networks = [step.path for step in steps_to_run(small, None) if step.macs]
    with pytest.raises(InputError, match="device: found auto, and no GPU on this machine"):
        start(unasked, networks, cluster=True, gpu=False)
    start(unasked, [path for path in every if path not in networks], cluster=True, gpu=False)
    start(unasked, every, cluster=False, gpu=False)
    start(unasked, every, cluster=True, gpu=True)
    start(asked, every, cluster=True, gpu=False)

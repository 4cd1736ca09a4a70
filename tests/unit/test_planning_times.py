"""How long the steps of a call take, and how much memory they hold."""

import dataclasses
from pathlib import Path

import pytest

from methods.configuration.loading import Configuration
from methods.more import cost
from methods.planning.memory import gpu_memory, main_memory
from methods.planning.step import START, TORCH_START, Step
from methods.planning.steps import steps_to_run
from methods.planning.times import Machine, longest_training, time_rows
from tests.unit.small_plan import put


def trainings(configuration: Configuration) -> list[Step]:
    """Those to be run, less their starts."""
    steps = [step for step in steps_to_run(configuration, None) if step.learns]
    return [dataclasses.replace(step, start=0.0) for step in steps]


def test_a_rehearsal_takes_what_its_jobs_take_to_start(small: Configuration) -> None:
    """Of so little work that hardly more than each job's start counts."""
    asked = dataclasses.replace(small, rehearse=24)
    steps = [step for step in steps_to_run(asked, None) if step.name == "rehearsal"]
    made = {step.path.relative_to(small.results / "more+rehearsal/seed0") for step in steps}
    assert {Path("resolved.yaml"), Path("checkpoint.json"), Path("metrics/val.raw.json")} <= made
    (row,) = time_rows(steps, Machine(gpu=True, cores=2))
    assert row.jobs == len(steps) == len(made)
    narrow = [step.start for step in steps if step.one_core]  # two of them beside each other
    wide = [step.start for step in steps if not step.one_core]
    assert sorted(set(narrow)) == sorted(set(wide)) == [START, TORCH_START]
    assert row.seconds == pytest.approx(sum(wide) + sum(narrow) / 2, rel=0.05)


def test_time_of_the_published_training_is_the_published_one(paper: Configuration) -> None:
    steps = steps_to_run(dataclasses.replace(paper, seeds=(0,)), None)
    rows = {row.name: row for row in time_rows(steps, Machine(gpu=True, cores=10))}
    both = rows["training"].seconds + rows["validation"].seconds
    assert rows["validation"].jobs == 10
    assert both == pytest.approx(372 * 60, rel=0.01)
    crf = sum(step.core_seconds for step in steps)
    assert rows["CRF"].seconds == pytest.approx(crf / 10 + rows["CRF"].jobs * START)


def test_work_on_a_cpu_is_shared_by_eight_cores_at_most(small: Configuration) -> None:
    training = steps_to_run(small, None)[0]
    seconds = [Machine(gpu=False, cores=n).network_seconds(training) for n in (1, 8, 64)]
    assert seconds[0] == pytest.approx(8 * seconds[1])
    assert seconds[1] == seconds[2]


def test_a_deterministic_training_on_a_cpu_has_one_core(small: Configuration) -> None:
    steps = trainings(small)
    bound, free, gpu = (
        longest_training(steps, machine)
        for machine in (
            Machine(gpu=False, cores=4),
            Machine(gpu=False, cores=4, deterministic=False),
            Machine(gpu=True, cores=4),
        )
    )
    assert bound == pytest.approx(4 * free)
    assert gpu < free


def test_a_kind_takes_as_long_as_its_longest_training(small: Configuration) -> None:
    """On two cores, of which the longer one leaves the other free at its end."""
    long, short = trainings(small)
    short = dataclasses.replace(short, macs=long.macs / 4)
    machine = Machine(gpu=False, cores=2)
    (row,) = time_rows([long, short], machine)
    assert row.seconds == pytest.approx(machine.alone(long)) == 2 * machine.seconds(long)
    (row,) = time_rows([long, long, long], machine)
    assert row.seconds == pytest.approx(3 * machine.seconds(long))


def test_several_processes_are_faster_and_hold_more(small: Configuration) -> None:
    one = trainings(small)
    two = [dataclasses.replace(step, processes=2) for step in one]
    on_gpus = Machine(gpu=True, cores=4)
    assert longest_training(one, on_gpus) == pytest.approx(2 * longest_training(two, on_gpus))
    on_cpu = Machine(gpu=False, cores=4)
    assert longest_training(one, on_cpu) == pytest.approx(2 * longest_training(two, on_cpu))
    free = Machine(gpu=False, cores=4, deterministic=False)
    assert longest_training(one, free) == longest_training(two, free)
    assert main_memory(small, two, on_gpus) == pytest.approx(2 * main_memory(small, one, on_gpus))


def test_main_memory_grows_with_loaders_and_crf(small: Configuration) -> None:
    steps = steps_to_run(small, None)
    machine = Machine(gpu=True, cores=4)
    crf = 4 * (0.2e9 + 32 * 500 * 375 * 4)
    assert main_memory(small, steps, machine) == pytest.approx(2e9 + 3 * 0.4e9 + crf)
    on_cpu = main_memory(small, steps, Machine(gpu=False, cores=4, deterministic=False))
    assert on_cpu - main_memory(small, steps, machine) == pytest.approx(gpu_memory(steps))
    beside = main_memory(small, steps, Machine(gpu=False, cores=4))  # those of both seeds
    assert beside == pytest.approx(2 * (2e9 + 3 * 0.4e9 + gpu_memory(steps)) + crf)
    assert main_memory(small, [], machine) == 0


def test_pretrainings_are_over_before_trainings(small: Configuration) -> None:
    steps = [step for step in steps_to_run(small, None) if step.learns]
    before = [dataclasses.replace(step, name="pretraining", memory=0.0) for step in steps]
    machine = Machine(gpu=False, cores=8)
    together = main_memory(small, [*before, *steps], machine)
    assert together == main_memory(small, steps, machine) > 0


def test_main_memory_counts_every_process_of_a_prediction(small: Configuration) -> None:
    made = [step for step in steps_to_run(small, None) if step.network]
    assert {step.name for step in made} == {"validation", "prediction"}
    run = small.experiment["runs"]["more"]
    network = 4 * cost.parameters(run, 3)
    largest = 0.1e9 + cost.validation_memory(run, 3)
    for cores, jobs, parts in ((1, 1, 1), (4, 1, 4), (8, 1, 8), (15, 1, 8), (16, 2, 8)):
        machine = Machine(gpu=False, cores=cores)
        expected = jobs * (0.4e9 + network + parts * largest)
        assert main_memory(small, made, machine) == pytest.approx(expected)
    assert main_memory(small, made, Machine(gpu=True, cores=16)) == 2e9 + 2 * network
    one = [made[0]]
    assert main_memory(small, one, Machine(gpu=False, cores=16)) == pytest.approx(
        main_memory(small, one, Machine(gpu=False, cores=8))
    )


def test_predictions_run_beside_trainings_where_cores_are_left(small: Configuration) -> None:
    steps = [step for step in steps_to_run(small, None) if step.name != "CRF"]
    trained = [step for step in steps if step.learns]
    made = [step for step in steps if step.network]
    few, many = Machine(gpu=False, cores=8), Machine(gpu=False, cores=9)
    both = main_memory(small, trained, many) + main_memory(small, made, many)
    assert main_memory(small, steps, many) == pytest.approx(both)
    assert main_memory(small, steps, few) == main_memory(small, trained, few)
    heavy = [dataclasses.replace(step, working=9e9) for step in made]
    assert main_memory(small, [*trained, *heavy], few) == main_memory(small, heavy, few) > 72e9


def test_the_largest_image_decides_where_sizes_are_kept(small: Configuration) -> None:
    """An image of 500 x 500 pixels at scale 1.5, though most have fewer."""
    run = small.experiment["runs"]["more"]
    run["protocols"]["crf"]["resize"] = "original"
    step = next(s for s in steps_to_run(small, None) if "val.original" in str(s.path))
    assert step.working == cost.prediction_memory(run, 3, int(1.5**2 * 500**2 / 64))
    few = small.experiment["datasets"]["few"]
    few |= {"source": "generated", "generated": {"size": [40, 80]}}
    step = next(s for s in steps_to_run(small, None) if "val.original" in str(s.path))
    assert step.working == cost.prediction_memory(run, 3, int(1.5**2 * 80**2 / 64))


def test_annotations_of_coco_are_read_before_the_training(small: Configuration) -> None:
    few = small.experiment["datasets"]["few"]
    few |= {"format": "coco", "splits": {"train": 82081, "val": 5, "val_part": 5}}
    steps = steps_to_run(small, None)
    reading = [step for step in steps if step.name == "annotations"]
    assert [step.path.name for step in reading] == ["extraction.json", "manifest.json"]
    machine = Machine(gpu=True, cores=16)
    assert main_memory(small, reading, machine) == pytest.approx(2e9 + 8 * 0.1e9)
    later = [step for step in steps if step not in reading]
    assert main_memory(small, steps, machine) == main_memory(small, later, machine) > 3e9
    put(small.data / "extracted/few/extraction.json")
    put(small.results / "data/few/manifest.json")
    assert steps_to_run(small, None) == later

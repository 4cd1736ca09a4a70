"""Tables of how the checkpoints came about: trained here, or given."""

from collections.abc import Iterator, Sequence

from methods.data.files import read_json
from methods.reporting.run_sources import RunSources
from methods.reporting.tables import Cell, Column, Kind, Table, build_table, without_empty
from methods.yaml_files import read_yaml


def training_table(runs: Sequence[RunSources]) -> Table:
    """What each training run did, and which checkpoint was taken."""
    rows: list[list[Cell]] = []
    for run in _trained(runs):
        done = read_json(run.done)
        derived = read_yaml(run.resolved)["derived"]
        checkpoint = read_json(run.checkpoint)
        rows.append(
            [
                run.run,
                run.seed,
                run.method,
                done["iterations"],
                derived["global_batch"],
                done["images_seen"],
                done["distinct_images"],
                derived["training_images"],
                done["seconds"] / 60,
                checkpoint["rule"],
                checkpoint["iteration"],
                checkpoint.get("split"),
                checkpoint.get("miou"),
            ]
        )
    columns = [
        Column("run", Kind.NAME),
        Column("seed", Kind.COUNT),
        Column("method", Kind.NAME),
        Column("iterations", Kind.COUNT),
        Column("batch", Kind.COUNT),
        Column("images seen", Kind.COUNT),
        Column("distinct images", Kind.COUNT),
        Column("of training images", Kind.COUNT),
        Column("time (min)", Kind.NUMBER),
        Column("checkpoint rule", Kind.NAME),
        Column("checkpoint iteration", Kind.COUNT),
        Column("chosen on", Kind.NAME),
        Column("its mIoU there (%)", Kind.NUMBER),
    ]
    caption = "Trainings, and the checkpoint of each that was evaluated."
    return without_empty(build_table("training", caption, columns, rows))


def machines_table(runs: Sequence[RunSources]) -> Table:
    """The machine that trained each run, as the training itself recorded it."""
    rows: list[list[Cell]] = []
    for run in _trained(runs):
        done = read_json(run.done)
        machine = done["machine"]
        rows.append(
            [
                *(run.run, run.seed, done["device"], machine["gpu"] or machine["processor"]),
                *(machine["driver"], machine["cuda"]),
                "yes" if machine["deterministic"] else "no",
                *(machine[key] for key in ("threads", "torch", "python", "system", "host")),
            ]
        )
    columns = [
        Column("run", Kind.NAME),
        Column("seed", Kind.COUNT),
        Column("device", Kind.NAME),
        Column("processor or GPU"),
        Column("GPU driver", Kind.NAME),
        Column("CUDA", Kind.NAME),
        Column("deterministic", Kind.NAME),
        Column("CPU threads", Kind.COUNT),
        Column("torch", Kind.NAME),
        Column("python", Kind.NAME),
        Column("system"),
        Column("host", Kind.NAME),
    ]
    caption = "The machines that trained."
    return without_empty(build_table("machines", caption, columns, rows))


def calibration_table(runs: Sequence[RunSources]) -> Table:
    """The given checkpoints that went through the same evaluation."""
    rows: list[list[Cell]] = []
    for run in (run for run in runs if not run.trained):
        checkpoint = read_json(run.checkpoint)
        rows.append([run.run, checkpoint["path"], checkpoint["sha256"]])
    columns = [
        Column("run", Kind.NAME),
        Column("checkpoint file", Kind.CODE),
        Column("sha256", Kind.DIGEST),
    ]
    caption = (
        "Calibration: given checkpoints, not trained here, sent through the same evaluation. They"
        " have no journal and no curve."
    )
    return build_table("calibration", caption, columns, rows)


def _trained(runs: Sequence[RunSources]) -> Iterator[RunSources]:
    return (run for run in runs if run.trained)

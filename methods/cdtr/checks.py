"""What a CDTR run must satisfy beyond the shape that the schema gives it."""

from collections.abc import Iterator, Mapping

from methods.box_protocols import read_box_protocols
from methods.cdtr.accepted import acceptance_problems
from methods.cdtr.epochs import plan_epochs, written_iterations
from methods.cdtr.guide_checks import guide_problems
from methods.cdtr.settings import TrainingSettings
from methods.configuration.backbone_checks import backbone_problems
from methods.configuration.problems import Block, Problem, below, multiple, ordered
from methods.configuration.sharing_checks import sharing_problems
from methods.data.splits import sizes
from methods.settings import build


def problems(run: Block, networks: Mapping[str, Block], dataset: Block) -> Iterator[Problem]:
    """Contradictions in a run's block.

    Args:
        run: the run's block of the experiment, valid by the schema.
        networks: "weights": the network that its weights were made with; "guide": that of CLIP.
        dataset: the block of its data set.
    """
    settings = build(TrainingSettings, run["training"])
    images = sizes(dataset)[run["train_split"]]
    yield from _network(run, networks["weights"])
    yield from _image_sizes(run)
    yield from _epochs(run, settings, images)
    yield from _schedule(settings)
    if plan_epochs(images, settings).iterations > 0:  # else _epochs has said so
        yield from _checkpoint(run, settings, images)
        yield from acceptance_problems(run, settings, images)
    yield from guide_problems(run, settings, networks["guide"], dataset)
    yield from sharing_problems(run, "emulate_processes")
    yield from _thresholds(run)
    for field in ("scale", "ratio"):
        yield from ordered(run["training"]["augmentation"][field], f"training.augmentation.{field}")


def _network(run: Block, backbone: Block) -> Iterator[Problem]:
    network = run["network"]
    yield from backbone_problems(run, backbone)
    grid = 2 * network["patch_size"]  # CSM halves the grid of patches
    yield from multiple(
        network["pretrained_size"], grid, "network.pretrained_size", "2 * patch_size"
    )
    if network["ocm_blocks"] > network["depth"]:
        yield Problem(
            "network.ocm_blocks",
            f"{network['ocm_blocks']}",
            f"at most depth = {network['depth']}",
        )


def _image_sizes(run: Block) -> Iterator[Problem]:
    pretrained, inference = run["network"]["pretrained_size"], run["inference"]
    for field, size in (
        ("training.augmentation.crop", run["training"]["augmentation"]["crop"]),
        ("inference.image_size", inference["image_size"]),
    ):
        if size != pretrained:
            yield Problem(
                field,
                f"{size}",
                f"network.pretrained_size = {pretrained}, since positions are not interpolated",
            )
    if inference["resize"] < inference["image_size"]:
        yield Problem(
            "inference.resize",
            f"{inference['resize']}",
            f"at least inference.image_size = {inference['image_size']}, which is cut from it",
        )


def _epochs(run: Block, settings: TrainingSettings, images: int) -> Iterator[Problem]:
    """An epoch must hold an iteration."""
    sampler, plan = settings.sampler, plan_epochs(images, settings)
    if sampler.round_to > images:
        yield Problem(
            "training.sampler.round_to",
            f"{sampler.round_to}",
            f"at most the {images} images of {run['train_split']}",
            "choose a smaller number",
        )
    elif plan.iterations == 0:
        yield Problem(
            "training.batch_size",
            f"{plan.batch_size} for each of {plan.processes} processes",
            f"at most the {plan.draws} draws that each has in an epoch of {run['train_split']}",
            "choose a smaller batch, fewer processes or a smaller sampler.round_to",
        )


def _schedule(settings: TrainingSettings) -> Iterator[Problem]:
    yield from below(
        settings.schedule.warmup_epochs,
        settings.epochs,
        "training.schedule.warmup_epochs",
        "epochs",
    )
    if settings.checkpoint_every > settings.epochs:
        yield Problem(
            "training.checkpoint_every",
            f"{settings.checkpoint_every}",
            f"at most epochs = {settings.epochs}",
        )


def _checkpoint(run: Block, settings: TrainingSettings, images: int) -> Iterator[Problem]:
    written = written_iterations(images, settings)
    chosen = run["checkpoint"].get("iteration", written[-1])
    if chosen not in written:
        step = settings.checkpoint_every * plan_epochs(images, settings).iterations
        yield Problem(
            "checkpoint.iteration",
            f"{chosen}, where no checkpoint is written",
            f"a multiple of {step} (checkpoint_every = {settings.checkpoint_every} epochs), or"
            f" {written[-1]}, the last",
            "choose one of these or the rule 'last'",
        )


def _thresholds(run: Block) -> Iterator[Problem]:
    for name, protocol in read_box_protocols(run).items():
        threshold = protocol.threshold
        if threshold is not None and not 0 <= threshold < 1:
            yield Problem(
                f"protocols.{name}.threshold",
                f"{threshold}",
                "at least 0 and less than 1, a share of the largest value of a map",
                "correct it",
            )

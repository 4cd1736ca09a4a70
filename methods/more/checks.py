"""What a MoRe run must satisfy beyond the shape that the schema gives it."""

from collections.abc import Iterable, Iterator, Mapping

from methods.configuration.backbone_checks import backbone_problems
from methods.configuration.problems import Block, Problem, below, multiple, ordered
from methods.configuration.sharing_checks import sharing_problems
from methods.data.splits import sizes
from methods.more.formulation import read_formulation
from methods.protocols import read_protocols


def problems(run: Block, networks: Mapping[str, Block], dataset: Block) -> Iterator[Problem]:
    """Contradictions in a run's block.

    Args:
        run: the run's block of the experiment, valid by the schema.
        networks: "weights": the network that its weights were made with.
        dataset: the block of its data set.
    """
    yield from _schedule(run)
    yield from _checkpoint(run)
    yield from _network(run, networks["weights"])
    yield from _sizes(run)
    yield from _scales(run)
    yield from _neighbours(run, dataset)
    yield from _batch(run, dataset)
    yield from sharing_problems(run, "batch_size")
    yield from _ranges(run)


def _schedule(run: Block) -> Iterator[Problem]:
    training = run["training"]
    schedule, iterations = training["schedule"], training["iterations"]
    peak = training["optimizer"]["lr"]
    yield from below(schedule["floor"], peak, "training.schedule.floor", "optimizer.lr")
    yield from below(
        schedule["warmup_iterations"],
        iterations,
        "training.schedule.warmup_iterations",
        "iterations",
    )
    for field in ("ptc_start", "region_start", "seg_start", "mask_switch"):
        yield from below(
            training["losses"][field], iterations, f"training.losses.{field}", "iterations"
        )
    if training["checkpoint_every"] > iterations:
        yield Problem(
            "training.checkpoint_every",
            f"{training['checkpoint_every']}",
            f"at most iterations = {iterations}",
        )


def _checkpoint(run: Block) -> Iterator[Problem]:
    training = run["training"]
    every, iterations = training["checkpoint_every"], training["iterations"]
    chosen = run["checkpoint"].get("iteration", iterations)
    if chosen != iterations and (chosen > iterations or chosen % every):
        yield Problem(
            "checkpoint.iteration",
            f"{chosen}, where no checkpoint is written",
            f"a multiple of checkpoint_every = {every}, at most iterations = {iterations}",
            "choose one of these or the rule 'last'",
        )


def _network(run: Block, backbone: Block) -> Iterator[Problem]:
    network = run["network"]
    yield from backbone_problems(run, backbone)
    if not -network["depth"] <= network["auxiliary_layer"] < network["depth"]:
        yield Problem(
            "network.auxiliary_layer",
            f"{network['auxiliary_layer']}",
            f"one of {network['depth']} blocks",
        )


def _sizes(run: Block) -> Iterator[Problem]:
    patch = run["network"]["patch_size"]
    for field, size in (
        ("training.augmentation.crop", run["training"]["augmentation"]["crop"]),
        ("inference.image_size", run["inference"]["image_size"]),
    ):
        yield from multiple(size, patch, field, "patch_size")
    grid = run["training"]["augmentation"]["crop"] // patch
    window = run["training"]["losses"]["ure_selection"]["window"]
    if grid <= 2 * (window // 2):
        yield Problem(
            "training.losses.ure_selection.window",
            f"{window} on a grid of {grid}x{grid} patches",
            "room for half a window on both sides of a patch",
            "choose a smaller window or a larger crop",
        )


def _scales(run: Block) -> Iterator[Problem]:
    training, size = run["training"], run["inference"]["image_size"]
    field, scales = "training.pseudo_labels.cam_scales", training["pseudo_labels"]["cam_scales"]
    if 1.0 not in scales:
        yield Problem(field, f"{scales}", "1.0 among the scales", "add 1.0")
    patch = run["network"]["patch_size"]
    yield from _whole_patches(scales, training["augmentation"]["crop"], patch, field)
    for name, protocol in read_protocols(run).items():
        if protocol.resize == "square":  # the others find sizes of their own
            yield from _whole_patches(protocol.scales, size, patch, f"protocols.{name}.scales")


def _whole_patches(scales: Iterable[float], size: int, patch: int, field: str) -> Iterator[Problem]:
    """A problem for every scale whose squares the patch embedding would not use up."""
    for scale in scales:
        side = int(scale * size)
        if side < patch or side % patch:
            yield Problem(
                field,
                f"{scale}, which makes an image of {size} pixels {side} pixels wide",
                f"a positive multiple of patch_size = {patch}",
                "choose a scale that makes one",
            )


def _neighbours(run: Block, dataset: Block) -> Iterator[Problem]:
    """With patches alone as tails, the smallest view may have fewer of them than K."""
    formulation, network, training = read_formulation(run), run["network"], run["training"]
    if formulation.gcr_tails == "program" or formulation.gcr_neighbours == "paper":
        return
    neighbours = int(network["neighbour_ratio"] * len(dataset["classes"]))
    side = int(min(training["pseudo_labels"]["cam_scales"]) * training["augmentation"]["crop"])
    patches = (side // network["patch_size"]) ** 2
    if neighbours > patches:
        yield Problem(
            "network.neighbour_ratio",
            f"{network['neighbour_ratio']}, which makes {neighbours} neighbours",
            f"at most the {patches} patches of the smallest view, the only tails",
            "choose a smaller ratio, larger views, or gcr_tails: program",
        )


def _batch(run: Block, dataset: Block) -> Iterator[Problem]:
    size, split = run["training"]["batch_size"], run["train_split"]
    count = sizes(dataset)[split]
    if size > count:
        yield Problem(
            "training.batch_size",
            f"{size}",
            f"at most the {count} images of {split}",
            "choose a smaller batch",
        )


def _ranges(run: Block) -> Iterator[Problem]:
    augmentation = run["training"]["augmentation"]
    for field in ("scale", "ratio"):
        if field in augmentation:  # a scaled crop has no ratio
            yield from ordered(augmentation[field], f"training.augmentation.{field}")
    for name, value in run["training"]["pseudo_labels"].items():
        if isinstance(value, Mapping) and "high" in value:
            pair = [value["low"], value["high"]]
            yield from ordered(pair, f"training.pseudo_labels.{name}")

"""What a data set must satisfy beyond the shape that the schema gives it."""

from collections.abc import Iterator

from methods.configuration.problems import Block, Problem, ordered
from methods.configuration.protocol_checks import GIVEN_THRESHOLDS
from methods.configuration.published import PUBLISHED
from methods.configuration.schema import nearest
from methods.data.findings import Counts
from methods.data.formats import COUNTED, COUNTED_PER_CLASS, generated_counts
from methods.data.published_counts import differing, published_counts
from methods.data.splits import DERIVED, drawable

NO_CLASS_NAME = "background"  # the name of label 0


def dataset_problems(dataset: Block, key: str) -> Iterator[Problem]:
    """Contradictions in an entry of the block `datasets`, which stands at `key`."""
    if NO_CLASS_NAME in dataset["classes"]:
        yield Problem(
            f"{key}.classes",
            f"{NO_CLASS_NAME!r}, which is label 0 of every data set",
            "the foreground classes only",
            "delete it or rename it",
        )
    for name in (*DERIVED, *GIVEN_THRESHOLDS):
        if name in dataset["splits"]:
            yield Problem(
                f"{key}.splits",
                f"{name!r}, which means something else here",
                "a split that the archives hold, under another name",
                "rename it, or delete it where `held_out` makes it",
            )
    if "held_out" in dataset:
        yield from _held_out(dataset, f"{key}.held_out")
    if dataset["source"] == "generated":
        yield from _generated(dataset, key)
        return
    yield from _archives(dataset, key)
    if dataset["source"] == PUBLISHED:
        yield from _published(dataset, key)


def _held_out(dataset: Block, key: str) -> Iterator[Problem]:
    held_out, known = dataset["held_out"], drawable(dataset["format"])
    source, images = held_out["split"], dataset["splits"].get(held_out["split"])
    if source not in known:
        yield Problem(
            f"{key}.split",
            f"{source!r}",
            nearest(source, known),
            "draw from images that training would see",
        )
    elif held_out["images"] >= images:
        yield Problem(
            f"{key}.images", f"{held_out['images']}", f"less than the {images} images of {source}"
        )


def _generated(dataset: Block, key: str) -> Iterator[Problem]:
    settings = dataset["generated"]
    yield from ordered(settings["size"], f"{key}.generated.size")
    made, images = generated_counts(
        dataset["format"], settings, dataset["splits"], len(dataset["classes"])
    )
    if dataset["splits"] != made:
        yield Problem(f"{key}.splits", _counts(dataset["splits"]), f"{_counts(made)} as generated")
    if dataset["images"] != images:
        terms = " + ".join(name for name in COUNTED if name in settings)
        if dataset["format"] in COUNTED_PER_CLASS:
            terms = f"({terms}) of each of {len(dataset['classes'])} classes"
        yield Problem(f"{key}.images", f"{dataset['images']}", f"{terms} = {images}")


def _counts(splits: Block) -> str:
    return ", ".join(f"{name}: {count}" for name, count in splits.items())


def _archives(dataset: Block, key: str) -> Iterator[Problem]:
    names = [archive["name"] for archive in dataset["archives"]]
    if len(set(names)) < len(names):
        yield Problem(f"{key}.archives", "a name twice", "each archive once", "delete one entry")
    for archive in dataset["archives"]:
        if not {"md5", "sha256", "digest"} & archive.keys():
            yield Problem(
                f"{key}.archives",
                f"no checksum of {archive['name']}",
                "its md5 or sha256",
                "add what its publisher states, or `digest: unknown` where that is nothing",
            )


def _published(dataset: Block, key: str) -> Iterator[Problem]:
    """Numbers that another data set than the published one has, told before it is fetched."""
    splits = dataset["splits"]
    published = published_counts(dataset["format"], splits)
    stated = Counts(len(dataset["classes"]), dataset["images"], splits, published.masks)
    for name, found, expected in differing(stated, published):
        yield Problem(
            key,
            f"{found} {name}",
            f"{expected} as published",
            "correct the number, or take archives of your own as `source: local`",
        )

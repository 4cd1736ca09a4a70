"""What a CDTR run and the CLIP that guides it must agree in."""

from collections.abc import Iterator, Sequence

from methods.cdtr.formulation import read_formulation
from methods.cdtr.prompts import make_prompts
from methods.cdtr.settings import TrainingSettings
from methods.configuration.problems import Block, Problem
from methods.weights.clip_sizes import ClipSizes, clip_sizes

_ENDS = 2  # tokens beside those of the words


def guide_problems(
    run: Block, settings: TrainingSettings, guide: Block, dataset: Block
) -> Iterator[Problem]:
    """Contradictions between a run and its guide.

    Args:
        run: the run's block of the experiment.
        settings: its training.
        guide: the network of its guide's weights.
        dataset: the block of its data set.
    """
    sizes = clip_sizes(guide)
    yield from _image_size(run, settings, sizes)
    yield from _prompts(run, settings, len(dataset["classes"]))
    yield from _prompt_names(settings, dataset)
    yield from _lengths(run, settings, dataset["classes"], sizes)


def _image_size(run: Block, settings: TrainingSettings, guide: ClipSizes) -> Iterator[Problem]:
    """The guide is shown the images that the network is trained on."""
    crop = settings.augmentation.crop
    if crop != guide.image_size:
        yield Problem(
            "training.augmentation.crop",
            f"{crop}",
            f"{guide.image_size}, the image size of the guide {run['guide']!r}",
            "let the sizes agree or choose another guide",
        )


def _prompts(run: Block, settings: TrainingSettings, classes: int) -> Iterator[Problem]:
    if read_formulation(run).prompt == "program" and settings.batch_size > classes:
        yield Problem(
            "training.batch_size",
            f"{settings.batch_size} images, whose prompts go by their place in the batch",
            f"at most the {classes} classes",
            "choose a smaller batch or say formulation: {prompt: label}",
        )


def _prompt_names(settings: TrainingSettings, dataset: Block) -> Iterator[Problem]:
    """ILSVRC's classes are numbers of WordNet, which CLIP does not know."""
    classes, names = len(dataset["classes"]), settings.prompt_names
    if names is None and dataset["format"] == "ilsvrc":
        yield Problem(
            "training",
            "no prompt_names for classes such as " + repr(dataset["classes"][0]),
            f"the {classes} names that CLIP knows them by, such as 'tench, Tinca tinca'",
            "add them in the order of the classes",
        )
    elif names is not None and len(names) != classes:
        yield Problem(
            "training.prompt_names", f"{len(names)} names", f"one of each of {classes} classes"
        )


def _lengths(
    run: Block, settings: TrainingSettings, classes: Sequence[str], guide: ClipSizes
) -> Iterator[Problem]:
    """Prompts that are too long even if every word is one token.

    How many a word is, CLIP's tokenizer says, which needs torch; a training asks it before its
    first iteration.
    """
    names, limit = settings.prompt_names or classes, guide.context_length
    for text in make_prompts(names, read_formulation(run)).texts():
        least = len(text.split()) + _ENDS
        if least > limit:
            yield Problem(
                "training.prompt_names" if settings.prompt_names else "dataset",
                f"the prompt {text!r} of at least {least} tokens",
                f"at most {limit} tokens, the length of the texts of the guide {run['guide']!r}",
                "shorten the name of the class",
            )

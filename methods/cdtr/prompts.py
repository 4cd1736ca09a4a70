"""SBA's prompts: how the texts name a class; nothing here needs torch."""

from collections.abc import Sequence
from typing import NamedTuple

from methods.cdtr.formulation import Formulation
from methods.weights.clip_sizes import PROMPT

BACKGROUND_PROMPT = "a background photo of {name}."


class Prompts(NamedTuple):
    """Texts with a place for {name}, and the names that are put there."""

    names: list[str]  # C, in the order of the classes
    foreground: str
    background: str

    def texts(self) -> list[str]:
        """Every text, each once."""
        templates = dict.fromkeys((self.foreground, self.background))
        return [template.format(name=name) for template in templates for name in self.names]


def make_prompts(classes: Sequence[str], formulation: Formulation) -> Prompts:
    """The prompts of a formulation.

    Args:
        classes: C names in the order of their numbers.
        formulation: `prompt_words`: program keeps underscores, blanks replaces them;
            `prompt_background`: program compares the background images with the foreground's
            prompts, background with their own.
    """
    blanks = formulation.prompt_words == "blanks"
    own = formulation.prompt_background == "background"
    return Prompts(
        names=[name.replace("_", " ") if blanks else name for name in classes],
        foreground=PROMPT,
        background=BACKGROUND_PROMPT if own else PROMPT,
    )

"""Where the published program and other accounts of CDTR differ, and which one a run follows.

Every switch stands for one row of the table in docs/formulations.md. `program` is the released
code.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from methods.settings import build


@dataclass(frozen=True)
class Formulation:
    """One value a switch; the default is the released program for CUB throughout."""

    # SBA
    prompt: Literal["program", "label"] = "program"  # name by position in the batch; by the label
    prompt_background: Literal["program", "background"] = "program"  # the foreground prompt twice
    prompt_words: Literal["program", "blanks"] = "program"  # underscores stay in names
    clip_normalisation: Literal["program", "clip"] = "program"  # ImageNet's mean and deviation
    # raw: the released program's for CUB; normalised: the released program's for ILSVRC
    object_map: Literal["raw", "normalised"] = "raw"
    sba_mask: Literal["program", "figure"] = "program"  # map of the class; M_ca alone
    # OCM
    loss_map: Literal["program", "matched"] = "program"  # mean over all pairs of the batch
    loss_area: Literal["program", "averaged"] = "program"  # summed over the batch
    # SKI: X_csm is deformed by offsets from X_out * M_ca; figure: the other way round
    ski: Literal["program", "figure"] = "program"
    # Training
    schedule: Literal["program", "on_time"] = "program"  # one epoch late
    head_bias: Literal["program", "dropped"] = "program"  # a pretrained bias of the shape is kept


PROGRAM = Formulation()
PRESETS: Mapping[str, Formulation] = {
    "program": PROGRAM,
    # What the released program most likely means to do; see docs/formulations.md.
    "fixed": Formulation(
        prompt="label",
        prompt_words="blanks",
        clip_normalisation="clip",
        loss_map="matched",
        loss_area="averaged",
        schedule="on_time",
        head_bias="dropped",
    ),
}
SWITCHES = tuple(field.name for field in fields(Formulation))


def read_formulation(run: Mapping[str, Any]) -> Formulation:
    """The formulation of a run's block: a preset, or switches that differ from the program."""
    stated = run.get("formulation", "program")
    if isinstance(stated, str):
        return PRESETS[stated]
    return build(Formulation, stated)


def complete(run: Mapping[str, Any]) -> dict[str, Any]:
    """The run's block with every switch of its formulation spelt out."""
    return {**run, "formulation": asdict(read_formulation(run))}

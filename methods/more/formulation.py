"""Where the published program and other accounts of MoRe differ, and which one a run follows.

Every switch stands for one row of the table in docs/formulations.md. `program` is the released
code, `paper` the formula of the paper; some have a third account.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from methods.settings import build

Account = Literal["program", "paper"]


@dataclass(frozen=True)
class Formulation:
    """One value a switch; the default is the released program throughout."""

    # GCR, the graph block
    gcr: Literal["program", "without"] = "program"  # without: tokens as the encoder gives them
    gcr_neighbours: Account = "program"  # K: a share of the classes; paper: half of the patches
    gcr_tails: Account = "program"  # class tokens and patches; paper: patches alone
    # dot product over sqrt(D); paper: eq. 1, plain; cosine: the word of the paper's text
    gcr_similarity: Literal["program", "paper", "cosine"] = "program"
    gcr_gate: Account = "program"  # product of two sums over D; paper: inner product (eq. 4)
    # paper: eq. 5, no residual, 0.1 or norm; legacy: the first release's formula; renamed: the
    # program's, of checkpoints whose graph block has the names of before 27 December 2024
    gcr_fusion: Literal["program", "paper", "legacy", "renamed"] = "program"
    gcr_training: Literal["program", "frozen"] = "program"  # frozen: in no optimizer group
    # Maps and losses
    lam: Account = "program"  # dot product; paper: cosine
    cre_similarity: Account = "program"  # patches as they are; paper: cosine
    cre_mean: Account = "program"  # mean per present class, then sum; paper: over all pairs
    cre_range: Literal["program", "fixed"] = "program"  # exp overflows; fixed: same value, finite
    ure: Account = "program"  # absolute cosines, halves, + 1; paper: eq. 9
    attri: Literal["program", "classified"] = "program"  # classified: tokens are classified as well
    decoder_target: Account = "program"  # CAM; paper: LAM
    grid_box: Literal["program", "fixed"] = "program"  # pixels taken for patches; fixed: patches


PROGRAM = Formulation()
PRESETS: Mapping[str, Formulation] = {
    "program": PROGRAM,
    # The paper's equations; its text calls the similarity of eq. 1, a dot product, a cosine.
    "paper": Formulation(
        gcr_neighbours="paper",
        gcr_tails="paper",
        gcr_similarity="paper",
        gcr_gate="paper",
        gcr_fusion="paper",
        lam="paper",
        cre_similarity="paper",
        cre_mean="paper",
        ure="paper",
        decoder_target="paper",
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

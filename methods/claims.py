"""Claims: what a run is expected to show, written down before it runs."""

from dataclasses import dataclass
from typing import Literal

from methods.layout import control_file, metrics_file

# As methods/evaluation/equivalence.py has it, which is slow to import: every job reads the claims.
Direction = Literal["two-sided", "at least", "at most"]
SourceKind = Literal["paper", "readme", "log", "report"]
PERCENT = "%"  # the unit of a number unless the claim states another


@dataclass(frozen=True)
class Quantity:
    """A number of a run's protocol or validation (for each seed), or of a control.

    Attributes:
        split: the scored split.
        metric: key in the metrics file; a dot leads into a block, as in "per_class.bird.iou" or
            "box_acc.50". Of a validation it is the mIoU.
        iteration: the checkpoint that the validation is of; None: the chosen one.
        run: name of the run, and
        protocol: the name of its protocol, or
        validation: the map that is scored by the validation of a checkpoint; or
        control: name of the control, and
        dataset: the data set it is of.
    """

    split: str
    metric: str = "miou"
    run: str | None = None
    protocol: str | None = None
    validation: str | None = None
    iteration: int | None = None
    control: str | None = None
    dataset: str | None = None

    def file(self, seed: int) -> str:
        """The metrics file, relative to results/<experiment>; a control's has no seed.

        Not of a validation, whose file depends on which checkpoint it is of.
        """
        if self.run is None:
            return control_file(str(self.dataset), self.split, str(self.control))
        return metrics_file(self.run, seed, self.split, str(self.protocol))

    def __str__(self) -> str:
        if self.run is None:
            subject = f"control {self.control}"
        elif self.validation is not None:
            at = "" if self.iteration is None else f" after iteration {self.iteration}"
            subject = f"{self.run}, validation of {self.validation}{at},"
        else:
            subject = f"{self.run}, {self.protocol},"
        return f"{self.metric} of {subject} on {self.split}"


@dataclass(frozen=True)
class Equals:
    """A number, or another quantity, within a tolerance."""

    to: float | Quantity
    tolerance: float


@dataclass(frozen=True)
class AtLeast:
    """A lower bound."""

    value: float


@dataclass(frozen=True)
class AtMost:
    """An upper bound."""

    value: float


@dataclass(frozen=True)
class Published:
    """A published number.

    Attributes:
        value: the number, in its unit.
        tolerance: how far ours may be from it, likewise (of percent in points); the delta of the
            test of equivalence.
        kind: what it stands in.
        where: table, figure or line of the source.
        dataset: the data set as the source calls it.
        stage: what of the method it is about, such as a map before or after post-processing.
        protocol: how it was made, and what is not known about that.
        maybe_maximum: whether it may be the best of several runs or checkpoints.
        unit: of the value and the tolerance.
        split: that it was measured on, and
        metric: what was measured; both None where the claim has a quantity, which says so.
        direction: which deviation counts: any, or only too little, or only too much.
        minimum_seeds: fewer trainings give no verdict of equivalence.
        allows: patterns of deviations from the authors' settings that the claim itself states, so
            that they do not void it.
        note: what else a reader should know.
    """

    value: float
    tolerance: float
    kind: SourceKind
    where: str
    dataset: str
    stage: str
    protocol: str
    maybe_maximum: bool
    unit: str = PERCENT
    split: str | None = None
    metric: str | None = None
    direction: Direction = "two-sided"
    minimum_seeds: int = 3
    allows: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class Claim:
    """One claim.

    Attributes:
        id: stable name.
        statement: the claim, one sentence.
        source: where its number comes from.
        bound: what the value must satisfy.
        quantity: what is measured; None only if `not_evaluated` or `void` says why.
        minus: subtracted from `quantity`.
        not_evaluated: why the claim cannot be tested.
        void: why its number is none, whatever is measured.
    """

    id: str
    statement: str
    source: str
    bound: Equals | AtLeast | AtMost | Published
    quantity: Quantity | None = None
    minus: Quantity | None = None
    not_evaluated: str | None = None
    void: str | None = None

    @property
    def is_control(self) -> bool:
        """Whether it is about controls alone, and about nothing that a method made."""
        named = self._named()
        return bool(named) and all(quantity.run is None for quantity in named)

    def quantities(self) -> tuple[Quantity, ...]:
        """Every quantity that a verdict on the claim reads."""
        if self.not_evaluated is not None or self.void is not None:
            return ()
        return self._named()

    def _named(self) -> tuple[Quantity, ...]:
        other = self.bound.to if isinstance(self.bound, Equals) else None
        named = (self.quantity, self.minus, other)
        return tuple(quantity for quantity in named if isinstance(quantity, Quantity))

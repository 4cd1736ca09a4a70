"""One step of CDTR's training, over the batches of the published program's processes.

As many processes as there are GPUs emulate them, each several ones, one after another. How many do
so changes no number but for the order of sums.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from methods.cdtr.network import CDTR
from methods.cdtr.objective import TERMS, Objective
from methods.cdtr.settings import OptimizerSettings
from methods.training.guards import gradient_norm
from methods.training.processes import ALONE, Processes

Terms = dict[str, float]  # every loss unweighted, and `total`
WEIGHTED = TERMS[:-1]  # the losses with learned weights; that of CLIP has a fixed one


class EmulatedStep:
    """What W processes do together with one batch each, done by one process after another.

    Each batch has its own batch statistics, prompts and sums. Gradients are averaged over the
    batches; running statistics are those of the first one. Where several processes emulate, only
    the first has these, and nothing reads the others' before they are written.

    Attributes:
        processes: that emulate together.
        emulated: W.
        own: which of the W this process emulates.
        skipped: steps so far whose gradients were not finite.
        gradient_norm: of all gradients together, in the last step.
    """

    def __init__(
        self,
        model: CDTR,
        objective: Objective,
        settings: OptimizerSettings,
        emulated: int,
        processes: Processes = ALONE,
    ) -> None:
        """Prepare the optimizer.

        Args:
            model: on its device, in training mode. With its precision fp16, losses are scaled up
                for the way back and a step whose gradients overflow is skipped.
            objective: of the batch of one process.
            settings: all but the learning rate, which every step is given.
            emulated: W.
            processes: that emulate together; W is a multiple of their number.
        """
        self.model = model
        self.objective = objective
        self.processes = processes
        self.emulated = emulated
        share = emulated // processes.count
        self.own = range(processes.rank * share, (processes.rank + 1) * share)
        self.skipped = 0
        self.gradient_norm = 0.0
        self._behind = 0  # emulated processes of the step, own ones and others
        self.optimizer = AdamW(
            model.parameter_groups(settings.weight_decay),
            betas=settings.betas,
            eps=settings.eps,
            fused=True,  # one kernel a group: several times faster on many small tensors
        )
        device = next(model.parameters()).device.type
        self.scaler = torch.amp.GradScaler(device, enabled=model.precision == "fp16")

    def accumulate(self, images: Tensor, labels: Tensor) -> Terms:
        """Add what the next emulated process contributes to the gradients, where it is an own one.

        Args:
            images: float32 (B, 3, S, S).
            labels: int64 (B,), the class of each.

        Returns:
            The value of every term.
        """
        first = self._behind == 0
        self._behind += 1
        with nullcontext() if first else kept_buffers(self.model):
            terms = self.objective(self.model, images, labels)
            self.scaler.scale(terms["total"] / len(self.own)).backward()
        values = torch.stack([term.detach() for term in terms.values()]).tolist()
        return dict(zip(terms, values, strict=True))

    def pass_over(self, images: int) -> None:
        """Leave the next emulated process to another one, with the random numbers that it draws.

        Args:
            images: B, of its batch.
        """
        self._behind += 1
        self.model.draw_paths(images)

    def update(self, rate: float) -> None:
        """Move the weights at a learning rate by the gradients, which are then none."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.processes.average_gradients(self.model.parameters())
        scale = self.scaler.get_scale()
        self.gradient_norm = gradient_norm(self.model, scale)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.skipped += self.scaler.get_scale() < scale
        self.optimizer.zero_grad(set_to_none=True)
        self._behind = 0

    def state_dict(self) -> dict[str, Any]:
        """All that changes besides the model, between two updates."""
        parts = {"optimizer": self.optimizer.state_dict(), "scaler": self.scaler.state_dict()}
        return {**parts, "skipped": self.skipped}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what `state_dict` gave."""
        self.optimizer.load_state_dict(state["optimizer"])
        self.scaler.load_state_dict(state["scaler"])
        self.skipped = state["skipped"]

    def learned_weights(self) -> Terms:
        """What each loss with a learned weight is multiplied by, as the journal names it."""
        weights: Sequence[float] = self.model.AutomaticWeightedLoss.weights().tolist()
        return {f"weight_{term}": w for term, w in zip(WEIGHTED, weights, strict=True)}


@contextmanager
def kept_buffers(model: nn.Module) -> Iterator[None]:
    """Put a model's buffers, such as running statistics, back behind a block as they were."""
    kept = [buffer.clone() for buffer in model.buffers()]
    yield
    for buffer, value in zip(model.buffers(), kept, strict=True):
        buffer.copy_(value)

"""One step of CDTR's training, over the batches of emulated data-parallel processes."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from methods.cdtr.network import CDTR
from methods.cdtr.objective import TERMS, Objective
from methods.cdtr.settings import OptimizerSettings

Terms = dict[str, float]  # every loss unweighted, and `total`
WEIGHTED = TERMS[:-1]  # the losses with learned weights; that of CLIP has a fixed one


class EmulatedStep:
    """What W processes do together with one batch each, done by one process after another.

    Each batch has its own batch statistics, prompts and sums. Gradients are averaged over the
    batches; running statistics are those of the first one.
    """

    def __init__(
        self, model: CDTR, objective: Objective, settings: OptimizerSettings, processes: int
    ) -> None:
        """Prepare the optimizer.

        Args:
            model: on its device, in training mode. With its precision fp16, losses are scaled up
                for the way back and a step whose gradients overflow is skipped.
            objective: of the batch of one process.
            settings: all but the learning rate, which every step is given.
            processes: W.
        """
        self.model = model
        self.objective = objective
        self.processes = processes
        self.skipped = 0  # steps so far whose gradients were not finite
        self._accumulated = 0  # processes whose gradients are there
        self.optimizer = AdamW(
            model.parameter_groups(settings.weight_decay),
            betas=settings.betas,
            eps=settings.eps,
            fused=True,  # one kernel a group: several times faster on many small tensors
        )
        device = next(model.parameters()).device.type
        self.scaler = torch.amp.GradScaler(device, enabled=model.precision == "fp16")

    def accumulate(self, images: Tensor, labels: Tensor) -> Terms:
        """Add what the next process contributes to the gradients; W times before an `update`.

        Args:
            images: float32 (B, 3, S, S).
            labels: int64 (B,), the class of each.

        Returns:
            The value of every term.
        """
        first = self._accumulated == 0
        self._accumulated += 1
        with nullcontext() if first else kept_buffers(self.model):
            terms = self.objective(self.model, images, labels)
            self.scaler.scale(terms["total"] / self.processes).backward()
        values = torch.stack([term.detach() for term in terms.values()]).tolist()
        return dict(zip(terms, values, strict=True))

    def update(self, rate: float) -> None:
        """Move the weights at a learning rate by the gradients, which are then none."""
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        scale = self.scaler.get_scale()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.skipped += self.scaler.get_scale() < scale
        self.optimizer.zero_grad(set_to_none=True)
        self._accumulated = 0

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

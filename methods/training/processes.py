"""The processes that train together, each with a share of the batch, and what they agree on.

Each has the whole network. Gradients are averaged by hand rather than by DistributedDataParallel:
that one follows calls of the network's forward, while both methods also call other parts of it and
CDTR goes back through several batches before a step. What comes out is the same, the mean over the
processes; a parameter that no process has a gradient of stays without one, so that it neither
decays nor moves.
"""

import os
import socket
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from statistics import fmean
from typing import TypeVar

import torch
from torch import distributed, nn
from torch.distributed import TCPStore  # type: ignore[attr-defined]

Value = TypeVar("Value")

_HOST = "127.0.0.1"  # all are on one machine
_PATIENCE = timedelta(minutes=30)  # for one that saves on a slow disk
_BUCKET = 1 << 23  # values that are sent at a time, 32 MiB of float32


@dataclass(frozen=True)
class Processes:
    """This process among those that train together; alone by default.

    All must call the methods in the same order.

    Attributes:
        rank: its number, from 0.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether it is the one that writes."""
        return self.rank == 0

    def gather(self, value: Value) -> list[Value]:
        """The values of all processes, by rank; each gets them, once all have called."""
        if self.count == 1:
            return [value]
        values: list[Value | None] = [None] * self.count
        distributed.all_gather_object(values, value)
        return values  # type: ignore[return-value]  # all filled

    def mean(self, terms: Mapping[str, float]) -> dict[str, float]:
        """The mean of every term over the processes."""
        parts = self.gather(dict(terms))
        return {name: fmean(part[name] for part in parts) for name in terms}

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Put the mean over the processes into every gradient; a missing one counts as zero."""
        if self.count == 1:
            return
        for bucket in _buckets(_used(parameters)):
            gradients = [parameter.grad for parameter in bucket if parameter.grad is not None]
            flat = torch.cat([gradient.flatten() for gradient in gradients])
            distributed.all_reduce(flat)
            flat /= self.count
            parts = flat.split([gradient.numel() for gradient in gradients])
            for gradient, part in zip(gradients, parts, strict=True):
                gradient.copy_(part.view_as(gradient))

    def copy_weights(self, model: nn.Module) -> None:
        """Give every process the weights and buffers of the first one."""
        if self.count == 1:
            return
        for tensor in model.state_dict().values():
            distributed.broadcast(tensor, src=0)


ALONE = Processes()


def meeting_point() -> TCPStore:
    """Where processes can meet as long as it is held, at a port that was free."""
    return TCPStore(_HOST, 0, is_master=True, wait_for_workers=False)


@contextmanager
def joined(rank: int, count: int, port: int, device: torch.device) -> Iterator[Processes]:
    """Meet the other processes for a block.

    What they say to each other goes by gloo; gradients on GPUs go by NCCL.

    Args:
        rank: number of this process.
        count: of all.
        port: of their meeting point.
        device: that computes.
    """
    if any(name == "lo" for _, name in socket.if_nameindex()):
        # Else gloo looks up the machine's name, which need not lead back to it.
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    store = TCPStore(_HOST, port, is_master=False, timeout=_PATIENCE)
    backend = "gloo" if device.type == "cpu" else "cpu:gloo,cuda:nccl"
    distributed.init_process_group(
        backend, store=store, rank=rank, world_size=count, timeout=_PATIENCE
    )
    yield Processes(rank, count)
    # Not behind an error: the others may be waiting in the middle of something.
    distributed.destroy_process_group()


def _used(parameters: Iterable[nn.Parameter]) -> list[nn.Parameter]:
    """Those with a gradient in any process, which then have one in all."""
    all_of_them = list(parameters)
    have = torch.tensor([parameter.grad is not None for parameter in all_of_them]).int()
    distributed.all_reduce(have, distributed.ReduceOp.MAX)
    used = [parameter for parameter, has in zip(all_of_them, have, strict=True) if has]
    for parameter in used:
        if parameter.grad is None:
            parameter.grad = torch.zeros_like(parameter)
    return used


def _buckets(parameters: Iterable[nn.Parameter]) -> Iterator[list[nn.Parameter]]:
    bucket: list[nn.Parameter] = []
    for parameter in parameters:
        bucket.append(parameter)
        if sum(held.numel() for held in bucket) >= _BUCKET:
            yield bucket
            bucket = []
    if bucket:
        yield bucket

"""What a configuration runs on here."""

from methods.cards import gpu_answers
from methods.configuration.loading import Configuration
from methods.planning.times import Machine


def uses_gpu(configuration: Configuration) -> bool:
    """Whether the jobs of a configuration take a GPU here."""
    device = configuration.device
    return device == "cuda" or (device == "auto" and gpu_answers())


def this_machine(configuration: Configuration, cores: int, gpu: bool | None = None) -> Machine:
    """This machine with so many cores, and the GPU where the configuration uses it.

    Args:
        configuration: of the call.
        cores: of the call.
        gpu: what `uses_gpu` said, where it was asked before; None asks it.
    """
    used = uses_gpu(configuration) if gpu is None else gpu
    return Machine(used, cores, configuration.deterministic_on_cpu)

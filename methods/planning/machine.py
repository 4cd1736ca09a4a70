"""What a configuration runs on here."""

from methods.cards import gpu_answers
from methods.configuration.loading import Configuration
from methods.planning.times import Machine


def this_machine(configuration: Configuration, cores: int) -> Machine:
    """This machine with so many cores, and the GPU where the configuration uses it.

    Args:
        configuration: of the call.
        cores: of the call.
    """
    device = configuration.device
    gpu = device == "cuda" or (device == "auto" and gpu_answers())
    return Machine(gpu, cores, configuration.deterministic_on_cpu)

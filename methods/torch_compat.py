"""Makes torchvision importable beside a torch that its compiled part was not built for."""

import importlib.util
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, FileFinder

import torch


def define_missing_operators() -> None:
    """Define the schemas of `torchvision::nms` and `::qnms` where torchvision brings none.

    torchvision's wheels hold operators compiled for CUDA, which do not load beside a CPU build of
    torch; importing torchvision (which timm does) then fails. Two schemas without kernels are
    enough for the import. Calling the operators still raises. Does nothing where they exist.
    """
    if hasattr(torch.ops.torchvision, "nms") or _compiled_part_loads():
        return
    schema = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
    torch.library.define("torchvision::nms", schema)
    torch.library.define("torchvision::qnms", schema)


def _compiled_part_loads() -> bool:
    """Whether torchvision's own extension can be loaded; loads it if so."""
    package = importlib.util.find_spec("torchvision")
    if package is None or package.submodule_search_locations is None:
        return False
    folder = package.submodule_search_locations[0]
    extension = FileFinder(folder, (ExtensionFileLoader, EXTENSION_SUFFIXES)).find_spec("_C")
    if extension is None or extension.origin is None:
        return False
    try:
        torch.ops.load_library(extension.origin)
    except OSError:
        return False
    return True

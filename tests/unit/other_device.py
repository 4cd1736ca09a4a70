"""A device with memory of its own that the CPU computes for: a GPU's rules where there is no GPU.

It refuses what CUDA refuses of a program: one operation on tensors of two devices, a generator of
the CPU that draws on the device, an array of NumPy out of the device's memory. Its numbers are the
CPU's; of the kernels and the precision of a GPU it tells nothing.

Source: PyTorch's backends written in Python (`torch.utils.backend_registration`). One is registered
for good, so `in_own_process` keeps it out of the other tests' process.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any, TypeVar

import torch
from torch.overrides import TorchFunctionMode
from torch.utils import _pytree as pytree
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils.backend_registration import (
    _DummyBackendModule,
    _setup_privateuseone_for_python_backend,
)

NAME = "other"
Result = TypeVar("Result")
_aten = torch.ops.aten
_COPIES = {_aten.copy_.default, _aten._to_copy.default}
_BY_INDEX = {  # whose indices may lie on the CPU
    _aten.index.Tensor,
    _aten.index_put.default,
    _aten.index_put_.default,
    _aten._index_put_impl_.default,
}
_JOINTS = {_aten.cat.default, _aten.stack.default}


class OtherTensor(torch.Tensor):
    """A tensor of the device; `content` is what it holds, a tensor of the CPU."""

    content: torch.Tensor
    __torch_function__ = torch._C._disabled_torch_function_impl
    is_cuda = True  # so that the way of a GPU is taken

    @staticmethod
    def __new__(cls, content: torch.Tensor) -> "OtherTensor":
        made: OtherTensor = torch.Tensor._make_wrapper_subclass(
            cls,
            content.size(),
            strides=content.stride(),
            storage_offset=content.storage_offset(),
            dtype=content.dtype,
            device=torch.device(NAME, 0),
        )
        made.content = content
        return made

    @classmethod
    def __torch_dispatch__(
        cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        return _compute(func, args, kwargs or {})

    def tolist(self) -> Any:
        """The values, which a GPU gives as well."""
        return self.content.tolist()

    def numpy(self, *, force: bool = False) -> Any:
        """Refuse, as CUDA does."""
        raise TypeError(f"a tensor of the device {NAME} has no NumPy array (force={force})")

    def __reduce_ex__(self, _protocol: Any) -> Any:
        """Be written with a mark of the device, as a tensor of a GPU is."""
        return _from_file, (self.content,)


def _from_file(content: torch.Tensor) -> torch.Tensor:
    """What a file held, on the CPU, as with `map_location`."""
    return content


def _compute(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    tensors = [leaf for leaf in pytree.tree_iter((args, kwargs)) if isinstance(leaf, torch.Tensor)]
    by_first = func in _COPIES or func in _BY_INDEX
    here = any(isinstance(tensor, OtherTensor) for tensor in tensors[: 1 if by_first else None])
    if kwargs.get("device") is not None:
        here = torch.device(kwargs["device"]).type == NAME
        kwargs = {**kwargs, "device": torch.device("cpu")}
    _refuse_mixtures(func, args, kwargs, here)
    contents: Any = pytree.tree_map_only(OtherTensor, lambda own: own.content, (args, kwargs))
    # No tensor can be wrapped in inference mode, and leaving it lets autograd in again.
    with torch.inference_mode(False), torch._C._AutoDispatchBelowAutograd():
        result = func(*contents[0], **contents[1])
        if not here:
            return result
        wrapped = pytree.tree_map_only(torch.Tensor, OtherTensor, result)
    own = tensors and isinstance(tensors[0], OtherTensor)
    return return_and_correct_aliasing(func, args, kwargs, wrapped) if own else wrapped


def _refuse_mixtures(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], here: bool) -> None:
    """Refuse what lies elsewhere than the result: all but what is copied, and what CUDA lets pass.

    On the device these are single numbers, but not as parts of a whole, and indices; on the CPU
    none.
    """
    if func in _COPIES:
        return
    given = (args[0], *args[2:]) if here and func in _BY_INDEX else args
    for leaf in pytree.tree_iter((given, kwargs)):
        if here and isinstance(leaf, torch.Generator):
            raise RuntimeError(f"{func}: a generator of {leaf.device} draws on {NAME}")
        if not isinstance(leaf, torch.Tensor) or isinstance(leaf, OtherTensor) == here:
            continue
        if not here or leaf.dim() or func in _JOINTS:
            raise RuntimeError(
                f"{func}: {tuple(leaf.shape)} on {leaf.device} beside another device"
            )


class _Module(_DummyBackendModule):
    def get_amp_supported_dtype(self) -> list[torch.dtype]:
        return [torch.bfloat16, torch.float16]


class _Operations(TorchDispatchMode):
    """All operations: those that make a tensor as well, and, in inference mode, compound ones."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        with self:
            done = func.decompose(*args, **(kwargs or {}))
        return _compute(func, args, kwargs or {}) if done is NotImplemented else done


class _Lists(TorchFunctionMode):
    """Tensors out of lists, which PyTorch makes below any mode."""

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is torch.Tensor.new_tensor and isinstance(args[0], OtherTensor):
            kwargs = {"dtype": args[0].dtype, "device": NAME, **kwargs}
            func, args = torch.tensor, args[1:]
        if func is torch.tensor and kwargs.get("device") is not None:
            rest = {key: value for key, value in kwargs.items() if key != "device"}
            return torch.tensor(*args, **rest).to(kwargs["device"])
        return func(*args, **kwargs)


@contextmanager
def other_device() -> Iterator[str]:
    """Let PyTorch know of the device, once in a process, and read its files; its name is given."""
    _setup_privateuseone_for_python_backend(NAME, backend_module=_Module())
    autocast = torch.library.Library("_", "IMPL")
    autocast.fallback(torch.library.fallthrough_kernel, "AutocastPrivateUse1")
    torch.__future__.set_swap_module_params_on_conversion(True)
    with _Operations(), _Lists(), torch.serialization.safe_globals([_from_file]):
        yield NAME


def in_own_process(function: Callable[..., Result], *args: object) -> Result:
    """Call a function of a module in a new process, for what is registered there for good."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(function, *args).result()

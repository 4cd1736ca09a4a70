"""The images of a data set, inspected in threads."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tqdm import tqdm

from methods.data.inspection import Inspection
from methods.errors import InputError

Item = TypeVar("Item")


def inspect_all(
    inspect: Callable[[Item], Inspection], items: Collection[Item], threads: int
) -> tuple[list[Inspection], list[InputError]]:
    """Inspect every item in threads, with a progress bar.

    Args:
        inspect: what is done with an item; it may raise an InputError.
        items: images, in some form.
        threads: number of threads.

    Returns:
        What was found, and the faults, both in the order of the items.
    """

    def attempt(item: Item) -> Inspection | InputError:
        try:
            return inspect(item)
        except InputError as error:
            return error

    with ThreadPoolExecutor(threads) as pool:
        attempts = pool.map(attempt, items)
        results = list(tqdm(attempts, "decoding images", total=len(items), disable=None))
    faults = [result for result in results if isinstance(result, InputError)]
    return [result for result in results if isinstance(result, Inspection)], faults

"""The exceptions that a user is meant to read."""

from os import PathLike


class InputError(Exception):
    """Something given to the pipeline is not as it must be.

    The message is one sentence that names the file (or setting), what was found, what was
    expected and what to do. The workflow prints it alone, without a traceback.
    """

    def __init__(self, where: str | PathLike[str], found: str, expected: str, remedy: str) -> None:
        super().__init__(f"{where}: found {found}, expected {expected}; {remedy}.")
        self.parts = (where, found, expected, remedy)

    def __reduce__(self) -> tuple[type["InputError"], tuple[str | PathLike[str], str, str, str]]:
        # Worker processes send it back pickled, which by default would call with the message alone.
        return InputError, self.parts


class StoppedError(Exception):
    """A job stops because it was asked to, at a place from which the next call goes on.

    The message is one sentence, which the workflow prints alone, without a traceback.
    """

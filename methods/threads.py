"""With how many threads the libraries that compute begin."""

_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def thread_variables(count: int) -> dict[str, str]:
    """Return the environment that gives libraries which are not loaded yet so many threads."""
    return dict.fromkeys(_VARIABLES, str(count))

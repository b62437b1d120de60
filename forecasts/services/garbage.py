"""Long work beside the garbage collector."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_alone_by_the_collector() -> Iterator[None]:
    """
    Keep the garbage collector waiting until the work is done.

    It would go through the rows of a batch over and over, which takes as long as much of the work on them, and find no
    garbage: they are let go when the batch is done.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

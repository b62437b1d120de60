"""What the endpoints of files have in common."""

from forecasts.selectors.versions import state_of_feed

from .base import Endpoint


class Streamed(Endpoint):
    """A file that is sent while it is read, so that any size begins at once and takes no memory."""

    is_file = True

    def hangs_on_records(self) -> bool:
        # Another reading is decided by its rules as of now, where no instant is given; that hangs on the time as well.
        given = self.request.query_params
        return "variant" not in given or "as_of" in given

    def state(self) -> str | None:
        # What names the records of a file of SQLite in one process names nothing in another.
        return state_of_feed() or super().state()

"""Files that are sent while they are read, and by what it is told that one has not changed."""

from hashlib import sha256
from tempfile import SpooledTemporaryFile
from wsgiref.util import FileWrapper

from django.http import StreamingHttpResponse
from django.utils.http import parse_etags
from rest_framework.request import Request

from forecasts.held.release import release

from .holding import question_of

PART, IN_MEMORY = 65_536, 1_000_000


def etag_of_file(request: Request, *, state: str) -> str:
    """
    The ETag of a file that is sent while it is read: of what was asked, and of the state of the records before.

    A weak one. It changes with every write, whatever the file would hold, and never stays while the file would change.
    """
    asked = (release(), question_of(request._request), state)
    return f'W/"{sha256(repr(asked).encode()).hexdigest()[:32]}"'


def set_down(file: StreamingHttpResponse, *, request: Request) -> None:
    """Give a file the ETag of its content; it is written to the disk before it is sent, since only then that is known."""
    digest = sha256()
    written = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # Closed with the answer.
    for part in file:
        written.write(part)
        digest.update(part)
    written.seek(0)
    file.streaming_content = FileWrapper(written, PART)
    file.headers["ETag"] = etag = f'"{digest.hexdigest()[:32]}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        # Whoever has it is sent none of it.
        written.close()

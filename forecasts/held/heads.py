"""Requests for what an answer's headers would be."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

# Where files are served as they are, and where staff works: neither holds answers.
ELSEWHERE = ("/admin/", "/static/")

Next = Callable[[HttpRequest], HttpResponseBase]


class HeadMiddleware:
    """
    Answers HEAD as GET is answered, with every header of it and without its body.

    It stands outside of whatever tells the two apart, such as the conditions of requests. A file is not read for it, unless
    its ETag is that of its content.
    """

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "HEAD" or request.path_info.startswith(ELSEWHERE):
            return self._next(request)
        request.method = "GET"
        answer = self._next(request)
        request.method = "HEAD"
        _take_body(answer)
        return answer


def _take_body(answer: HttpResponseBase) -> None:
    """Leave an answer its headers alone; how long its body would be is among them."""
    if isinstance(answer, StreamingHttpResponse):
        answer.streaming_content = ()
    elif isinstance(answer, HttpResponse):
        answer.headers.setdefault("Content-Length", str(len(answer.content)))
        answer.content = b""

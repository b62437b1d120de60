"""Every kind of problem that an answer can name, what it means, and the way out."""

from dataclasses import dataclass

from django.urls import reverse


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem; its slug never changes and never means something else."""

    slug: str
    status: int
    title: str
    meaning: str
    way_out: str

    @property
    def uri(self) -> str:
        """What `type` holds: the address, on this host, of a page that explains the problem."""
        return reverse("api:problem", kwargs={"slug": self.slug})


TYPES = {
    kind.slug: kind
    for kind in (
        ProblemType(
            "invalid",
            400,
            "The request was refused",
            "A field or a parameter is unknown, missing, malformed, or contradicts what is recorded. Nothing was recorded.",
            "`errors` names each field with what is wrong and what to do. Change those and send the request again.",
        ),
        ProblemType(
            "parse-error",
            400,
            "The body cannot be read",
            "The body is not UTF-8, or not the JSON or file that its Content-Type says.",
            "Correct the body at the place that `detail` names.",
        ),
        ProblemType(
            "not-authenticated",
            401,
            "A token is needed",
            "Writing needs a token, and so does reading where the instance is closed.",
            "Send “Authorization: Bearer TOKEN”. Tokens are made in the admin or by manage.py create_token.",
        ),
        ProblemType(
            "authentication-failed",
            401,
            "The token is not valid",
            "The token is unknown, expired or revoked, or its account is switched off.",
            "Ask whoever runs the instance for a new token.",
        ),
        ProblemType(
            "permission-denied",
            403,
            "The token may not do this",
            "The token lacks the scope, or is for another source or forecaster.",
            "Use a token with the scope that `detail` names.",
        ),
        ProblemType(
            "not-found",
            404,
            "There is nothing at this address",
            "The id or name is not recorded, or may not be seen with this token.",
            "Look the id up in the list of the resource. Addresses end with a slash.",
        ),
        ProblemType(
            "method-not-allowed",
            405,
            "The address does not take this method",
            "Nothing is rewritten or deleted: there is neither PUT, PATCH nor DELETE.",
            "Use a method that the header Allow names; record a correction in place of a change.",
        ),
        ProblemType(
            "not-acceptable",
            406,
            "No such format",
            "The address answers in none of the types that the header Accept asks for.",
            "Send “Accept: application/json”, or no Accept.",
        ),
        ProblemType(
            "already-recorded",
            409,
            "It is recorded already",
            "The same thing was recorded before; nothing was added.",
            "The header Location says where it is. A request that is sent again may take this for success.",
        ),
        ProblemType(
            "race",
            409,
            "Somebody else recorded this at the same moment",
            "Two requests wrote the same thing at once, and this one came second; nothing of it was recorded.",
            "Read the record again, then decide.",
        ),
        ProblemType(
            "changed",
            409,
            "The record changed since you looked at it",
            "What the request replaces is not what its sender saw; nothing was recorded.",
            "Read the record again, then decide.",
        ),
        ProblemType(
            "precondition-failed",
            412,
            "The record changed since you looked at it",
            "The header If-Match names another state of the record than the current one; nothing was recorded.",
            "The header ETag of this answer is that of the current state: read it again, then decide.",
        ),
        ProblemType(
            "still-at-work",
            409,
            "The first request with this key is still at work",
            "A request with the same Idempotency-Key has not been answered yet.",
            "Send the same request again after the seconds of Retry-After.",
        ),
        ProblemType(
            "too-large",
            413,
            "The body is too large",
            "The body has more bytes than the address takes.",
            "Send it in parts; record large files with manage.py import_events.",
        ),
        ProblemType(
            "unsupported-media-type",
            415,
            "The body is of a type that is not read here",
            "The Content-Type is none that the address reads.",
            "Send “Content-Type: application/json”, or the type that the documentation of the address names.",
        ),
        ProblemType(
            "key-reused",
            422,
            "The key came with another request",
            "The Idempotency-Key was used with another body or address before; nothing was done.",
            "Make a new key for each new request, and use it again only to repeat that one.",
        ),
        ProblemType(
            "throttled",
            429,
            "Too many requests",
            "The budget of the token, or of the address where there is none, is used up.",
            "Go on after the seconds of Retry-After; the headers RateLimit-* say how much is left before it is too late.",
        ),
        ProblemType(
            "error",
            500,
            "The fault is ours",
            "Something failed that should not have; nothing was recorded, and it is in the log of the instance.",
            "Tell whoever runs the instance, with the X-Request-ID of the answer.",
        ),
        ProblemType(
            "busy",
            503,
            "The service is busy",
            "The database waits for something else; nothing was recorded.",
            "Send the same request again after the seconds of Retry-After.",
        ),
    )
}

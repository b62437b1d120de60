"""
Every answer to a GET has an ETag and is not sent again to whoever has it; HEAD has the headers of GET.

`test_examples.py` goes through every operation by `Asking`, but for those of the ledger.
"""

from typing import Any

import pytest
import yaml
from django.db import connection

from forecasts.services.ledger import enter_transaction
from tests.builders import make_prediction
from tests.ledgers import ledger_of

from .conftest import Program
from .examples import ROOT, Session
from .test_permissions import routes

# What is read and is no operation of the OpenAPI document.
BESIDE = ("docs/", "schema/")
NO_ETAG = "It has no ETag."
# What differs from one request to the next, whatever its method.
FLEETING = {"RateLimit-Remaining", "RateLimit-Reset", "X-Request-ID"}


def fault_of(program: Program, place: str) -> str:
    """What is wrong where an address is asked again by one who has the answer, and for its headers alone; empty where nothing is."""
    first = program.get(place)
    etag = first.headers.get("ETag", "")
    held = program.get(place, **{"if-none-match": etag})
    head = program.client.head(f"/api/v1/{place}")
    assert first.status_code == 200, place
    if not etag:
        return NO_ETAG
    if (held.status_code, held.headers["ETag"]) != (304, etag):
        return f"Whoever has it is answered with {held.status_code}."
    differing = {name for name, _ in set(first.items()) ^ set(head.items())} - FLEETING
    return f"HEAD differs in {differing}." if differing else ""


class Asking(Session):
    """The session of the examples, in which everything that is read is asked for again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.faults: dict[str, str] = {}

    def ask(self, name: str, path: str, operation: dict[str, Any]) -> None:
        super().ask(name, path, operation)
        place, query = self.address_of(name, path, operation)
        self.faults[name] = fault_of(self._program, f"{place}?{query}" if query else place)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "place", ["ledger/", "ledger/entries/", "ledger/consistency/?old_size=3", "ledger/receipts/prediction/{}/", *BESIDE]
)
def test_so_have_the_ledger_and_what_explains_the_api(place, reader):
    ledger_of(3, connection=connection)
    prediction = make_prediction()
    enter_transaction(connection)

    assert fault_of(reader, place.format(prediction.pk)) == ""


def test_every_address_is_an_operation_or_one_of_those_beside_them():
    document = yaml.load((ROOT / "docs" / "openapi.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    documented = {_shape(path.replace("{", "%(").replace("}", ")s")) for path in document["paths"]}
    addresses = {_shape(address) for address in routes() if address.startswith("/api/v1/")}

    assert addresses - documented == {f"/api/v1/{place}" for place in BESIDE}


def _shape(template: str) -> str:
    """An address whatever its places are called."""
    return "%".join(part.partition(")s")[2] or part for part in template.split("%("))

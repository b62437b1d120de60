"""Pages as a browser would get them, and what is in them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest

from forecasts.services.sweeps import sweep
from tests.builders import NOW, make_event

from .world import address_of_every_page


@dataclass
class Parsed(HTMLParser):
    """Every element of a page in order, every address it leads to, and its text."""

    elements: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def parse(html: str) -> Parsed:
    parsed = Parsed()
    parsed.feed(html)
    parsed.close()
    return parsed


@pytest.fixture
def text_of(client, db):
    """Return a function from an address to the words of its page."""

    def get(address: str) -> str:
        response = client.get(address)
        assert response.status_code == 200, address
        return parse(response.content.decode()).text

    return get


@pytest.fixture
def addresses(db) -> dict[str, str]:
    """The address of every page by its name in the URLconf, with something on record for it to show."""
    return address_of_every_page()


@pytest.fixture
def settle():
    """Return a function that lets the awaited event happen and everything due be decided."""

    def run(*, with_event: bool = True) -> None:
        if with_event:
            make_event()
        sweep(now=NOW)

    return run

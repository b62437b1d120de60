"""The tour shows pictures that there are, each of them, and the script that takes them knows every one."""

import re
from pathlib import Path

from tests.browser.tour import EVERY, PICTURES

ROOT = Path(__file__).resolve().parents[2]
SHOWN = re.findall(r"!\[[^\]]+\]\(pictures/([^)]+)\.webp\)", (ROOT / "docs" / "tour.md").read_text())
MOST_BYTES = 1_500_000


def test_every_picture_is_shown_once_and_every_one_shown_is_there():
    assert sorted(SHOWN) == sorted(path.stem for path in PICTURES.glob("*.webp"))


def test_the_script_takes_every_picture_that_is_shown():
    assert sorted(SHOWN) == sorted(EVERY)


def test_the_tour_is_light_and_its_pictures_are_pictures():
    pictures = [path.read_bytes() for path in PICTURES.iterdir()]

    assert all(one[:4] == b"RIFF" and one[8:12] == b"WEBP" for one in pictures)
    assert sum(map(len, pictures)) < MOST_BYTES

"""Reads a chart the way a browser would."""

from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
ACROSS = ("x", "cx", "x1", "x2")
DOWN = ("y", "cy", "y1", "y2")


def read(svg):
    """Return the root after checking what holds for every chart."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own drawing
    width, height = (float(side) for side in root.get("viewBox").split()[2:])
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert root.get("role") == "img"
    assert sorted(ids) == sorted(set(ids)) == sorted(root.get("aria-labelledby").split())
    for node in root.iter():
        assert node.get("style") is None
        assert all(0 <= float(node.get(name, 0)) <= width for name in ACROSS), node.attrib
        assert all(0 <= float(node.get(name, 0)) <= height for name in DOWN), node.attrib
    return root


def classed(root, name):
    return [node for node in root.iter() if name in node.get("class", "").split()]


def names(root, class_):
    return [node.findtext(f"{SVG}title") for node in classed(root, class_)]


def words(root):
    return ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]

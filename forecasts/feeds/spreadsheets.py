"""Cells that a spreadsheet leaves alone."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(value: object) -> object:
    """A spreadsheet runs a cell that begins like a formula: an apostrophe keeps it text. Numbers stay as they are."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value

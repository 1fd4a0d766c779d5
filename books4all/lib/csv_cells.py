"""Cells of tables that people open in a spreadsheet."""

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")


def inert(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before one.

    Numbers stay as they are.
    """
    text = str(value)
    if isinstance(value, int | float) or not text.startswith(_ACTIVE):
        return text
    return f"'{text}"

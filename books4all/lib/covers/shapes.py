"""SVG elements as strings, with coordinates cut to one decimal."""


def num(value: float) -> str:
    """Return ``value`` with at most one decimal and no trailing zeros."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def rect(x: float, y: float, w: float, h: float, fill: str, *, more: str = "") -> str:
    """Return a rectangle; ``more`` is further attributes, with a space in front."""
    size = f'width="{num(w)}" height="{num(h)}"'
    return f'<rect x="{num(x)}" y="{num(y)}" {size} fill="{fill}"{more}/>'


def circle(x: float, y: float, r: float, fill: str, *, more: str = "") -> str:
    """Return a circle; ``more`` is further attributes, with a space in front."""
    return f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(r)}" fill="{fill}"{more}/>'


def path(d: str, fill: str = "none", stroke: str = "", sw: float = 1) -> str:
    """Return a path with the data ``d``; ``sw`` is the stroke's width."""
    line = f' stroke="{stroke}" stroke-width="{num(sw)}"' if stroke else ""
    return f'<path d="{d}" fill="{fill}"{line}/>'


def outline(stroke: str, width: str) -> str:
    """Return stroke attributes for the ``more`` of a rectangle or a circle."""
    return f' stroke="{stroke}" stroke-width="{width}"'

"""Cloths (five colours each), and the cloths and layouts that suit a subject."""

import math
from typing import NamedTuple


class Cloth(NamedTuple):
    """The colours of one binding; ``tone`` is close to the ground, ``ink`` reads on it (>= 4.5)."""

    ground: str
    light: str
    accent: str
    tone: str
    ink: str


CLOTHS = {
    "pine": Cloth("#1d4a3f", "#ebe2cb", "#cfa85c", "#2c6152", "#f3ecd9"),
    "oxblood": Cloth("#6b2127", "#f1dfcb", "#d99f6f", "#86333a", "#f8e9da"),
    "navy": Cloth("#1d2f50", "#e7e3d4", "#cba85f", "#31486f", "#f1eee2"),
    "mustard": Cloth("#d6a536", "#2b2620", "#8d3b20", "#e6bf62", "#2b2620"),
    "dove": Cloth("#c9ccc7", "#23302f", "#8b4a3b", "#b4b9b3", "#23302f"),
    "blush": Cloth("#e8bfad", "#571d28", "#b5503f", "#dba893", "#571d28"),
    "sky": Cloth("#aac6d2", "#16324a", "#f0e7d2", "#90b3c3", "#16324a"),
    "plum": Cloth("#46264e", "#eddbe7", "#cb93b1", "#5f3c68", "#f5e9f1"),
    "moss": Cloth("#6a7236", "#f4efdc", "#d9c478", "#59612b", "#fbf7e8"),
    "ink": Cloth("#1d1f23", "#ede8dc", "#c0503f", "#34383f", "#f2eee4"),
    "brick": Cloth("#a94a2b", "#fcebda", "#f2bc72", "#8f3a1f", "#fff3e6"),
    "chalk": Cloth("#efece4", "#24272b", "#b43b2c", "#dcd8cc", "#24272b"),
    "foam": Cloth("#c0d7ca", "#1e3d36", "#d8744c", "#a4c3b3", "#1e3d36"),
    "cobalt": Cloth("#28469b", "#f3f0e7", "#f1bc44", "#3f5db4", "#f6f4ec"),
    "lilac": Cloth("#d0c5dd", "#392657", "#8162a6", "#bdafd0", "#392657"),
    "saffron": Cloth("#e9933a", "#2b1b10", "#8a2f14", "#f2ac60", "#2b1b10"),
    "slate": Cloth("#434f59", "#eff1eb", "#dcb670", "#56646f", "#f4f5f0"),
    "rose": Cloth("#a33852", "#fce8e4", "#f3b5aa", "#87273f", "#fff0ed"),
    "forest": Cloth("#17271f", "#dbe4c7", "#86a970", "#26402f", "#e6edd6"),
    "bone": Cloth("#e9e4d7", "#203f7a", "#cf5239", "#d7d0be", "#203f7a"),
    "teal": Cloth("#175e68", "#f1ead9", "#f0a077", "#27747f", "#f8f3e6"),
    "celadon": Cloth("#aebfa9", "#26331f", "#7a3b32", "#98ac92", "#26331f"),
}

# The order is part of the covers: a choice is an index into these lists.
SHARED_LAYOUTS = [
    "label",
    "frame",
    "initial",
    "horizon",
    "tiles",
    "arcs",
    "stack",
    "phase",
    "lines",
    "botanic",
    "arch",
    "quarter",
    "index",
    "stripes",
    "scale",
]

# subject keyword -> (cloths, layouts); the first keyword found in the subject wins
SUBJECTS = {
    "poetry": (
        "lilac celadon dove plum blush foam forest bone",
        "lines botanic index arch arcs label frame",
    ),
    "science": (
        "navy ink cobalt slate chalk mustard teal bone",
        "arcs tiles phase lines index stripes orbit",
    ),
    "philosophy": (
        "dove bone slate chalk oxblood moss navy",
        "index phase frame quarter arcs stack",
    ),
    "history": (
        "oxblood moss slate navy mustard brick celadon",
        "frame quarter label stack index stripes",
    ),
    "travel": (
        "sky saffron teal bone brick cobalt foam",
        "horizon phase stripes tiles lines",
    ),
    "sea": ("navy teal sky cobalt foam slate bone", "horizon lines phase label scale"),
    "gothic": (
        "ink plum forest oxblood navy slate",
        "arch initial botanic horizon phase frame",
    ),
    "crime": (
        "ink oxblood mustard slate forest bone",
        "initial tiles stack orbit stripes phase",
    ),
    "children": (
        "saffron sky rose foam mustard cobalt blush teal",
        "horizon tiles label scale arcs arch botanic",
    ),
    "nature": ("pine moss celadon forest foam bone", "botanic horizon lines label arcs"),
    "drama": ("rose plum ink saffron cobalt brick", "arch stack stripes frame tiles"),
    "economics": ("slate bone mustard pine chalk cobalt", "index stack quarter tiles stripes"),
}


def suited(subject: str) -> tuple[list[str], list[str]]:
    """Return the names of the cloths and of the layouts that suit ``subject`` (any text)."""
    lowered = (subject or "").lower()
    for keyword, (cloths, layouts) in SUBJECTS.items():
        if keyword in lowered:
            return cloths.split(), layouts.split()
    return list(CLOTHS), list(SHARED_LAYOUTS)


def _linear(channel: float) -> float:
    """Return the light of an sRGB channel, 0 to 1."""
    return channel / 12.92 if channel <= 0.03928 else ((channel + 0.055) / 1.055) ** 2.4


def luma(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2), 1 to 21."""
    light, dark = sorted((luma(a), luma(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _lab(colour: str) -> tuple[float, float, float]:
    """Return ``#rrggbb`` in CIE L*a*b* (D65), where distances are those that people see."""
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(a: str, b: str) -> float:
    """Return how different two colours look (CIE76): 2 can just be told apart, 100 is black to white."""
    return math.dist(_lab(a), _lab(b))


def mix(a: str, b: str, share: float) -> str:
    """Return colour ``a`` with ``share`` (0 to 1) of colour ``b`` mixed in."""
    pairs = ((int(a[i : i + 2], 16), int(b[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(x * (1 - share) + y * share):02x}" for x, y in pairs)

"""The shelves of the demo shop: seven rooms as in the header, and the shelves in each."""

ROOMS: dict[str, tuple[str, dict[str, str]]] = {
    "fiction": (
        "Fiction",
        {
            "novels": "Novels",
            "short-stories": "Short stories",
            "gothic-horror": "Gothic & horror",
            "crime-mystery": "Crime & mystery",
            "science-fiction": "Science fiction",
            "adventure": "Adventure",
            "sea-stories": "Sea stories",
            "historical-fiction": "Historical novels",
            "satire-humour": "Satire & humour",
            "love-manners": "Love & manners",
        },
    ),
    "poetry-drama": (
        "Poetry & drama",
        {"poetry": "Poetry", "epic": "Epic poetry", "plays": "Plays & drama"},
    ),
    "history": (
        "History",
        {
            "ancient-history": "Ancient history",
            "world-history": "World history",
            "biography-memoir": "Biography & memoir",
            "letters-diaries": "Letters & diaries",
            "slavery-freedom": "Slavery & freedom",
            "politics-society": "Politics & society",
            "economics": "Economics",
        },
    ),
    "science-nature": (
        "Science & nature",
        {
            "science": "Science",
            "natural-history": "Nature",
            "medicine": "Medicine",
            "mathematics": "Mathematics",
        },
    ),
    "childrens": (
        "Children’s",
        {
            "childrens-stories": "Children’s stories",
            "fairy-tales": "Fairy tales",
            "myth-legend": "Myth & legend",
        },
    ),
    "travel": (
        "Travel",
        {"travel-writing": "Travel writing", "exploration": "Exploration"},
    ),
    "philosophy": (
        "Philosophy",
        {
            "ancient-philosophy": "Ancient philosophy",
            "modern-philosophy": "Modern philosophy",
            "ethics": "Ethics",
            "religion-spirit": "Religion & spirit",
            "womens-rights": "Women’s rights",
            "essays": "Essays",
        },
    ),
}

# The shelves whose reviews sound alike (the tables of voices.toml).
POETRY = {"poetry", "epic"}
PLAYS = {"plays"}
CHILDRENS = set(ROOMS["childrens"][1])
FICTION = set(ROOMS["fiction"][1])


def review_kind(shelf: str) -> str:
    """Return which table of voices.toml speaks of books on ``shelf``."""
    for kind, shelves in (
        ("poetry", POETRY),
        ("plays", PLAYS),
        ("childrens", CHILDRENS),
        ("fiction", FICTION),
    ):
        if shelf in shelves:
            return kind
    return "nonfiction"

"""What the columns of strangers' tables mean."""

import re

# Our names, each with the headers that are met for it (small letters and figures alone).
SYNONYMS: dict[str, tuple[str, ...]] = {
    "reference": (
        "id", "bookid", "reference", "recordreference", "sourceids", "gutenbergid", "key", "sku",
        "goodreadsbookid", "controlno", "number",
    ),
    "isbn13": ("isbn13", "ean", "ean13", "gtin", "gtin13", "barcode"),
    "isbn": ("isbn", "isbn10", "isbnraw", "isbns", "asin", "isbnissn"),
    "oclc": ("oclc", "oclcnumber"),
    "lccn": ("lccn",),
    "doi": ("doi",),
    "title": ("title", "booktitle", "name", "titel", "titre", "titulo", "título"),
    "subtitle": ("subtitle", "untertitel", "soustitre"),
    "original_title": ("originaltitle", "titleoriginalscript", "uniformtitle"),
    "authors": (
        "authors", "author", "bookauthor", "writer", "autor", "auteur", "verfasser", "creator",
        "primaryauthor", "authorlf",
    ),
    "author_dates": ("authordates",),
    "additional_authors": ("additionalauthors", "secondaryauthor"),
    "translators": ("translators", "translator", "übersetzer", "traducteur"),
    "illustrators": ("illustrators", "illustrator"),
    "editors": ("editors", "editor", "herausgeber"),
    "narrators": ("narrators", "narrator"),
    "series": ("series", "seriesname", "seriestitle", "seriesraw", "reihe", "collection"),
    "series_number": ("seriesnumber", "seriesindex", "volume", "bandnummer", "numberinseries"),
    "language": ("language", "languages", "languagecode", "lang", "sprache", "langue", "idioma"),
    "original_language": ("originallanguage",),
    "publisher": ("publisher", "publishers", "verlag", "éditeur", "editeur", "editorial"),
    "imprint": ("imprint",),
    "place": (
        "place", "placepublished", "placeofpublication", "publishedin", "city", "ort",
    ),
    "date": (
        "publicationdate", "datepublished", "pubdate", "published", "date", "dateraw", "releasedate",
        "erscheinungsdatum", "publishdate",
    ),
    "year": (
        "publicationyear", "publishedyear", "yearpublished", "yearofpublication", "year", "jahr",
        "année", "annee", "pubyear",
    ),
    "original_year": (
        "originalyear", "originalpublicationyear", "firstpublished", "yearfirstpublished",
    ),
    "pages": ("pages", "numpages", "numberofpages", "pagecount", "seiten", "extent"),
    "form": ("format", "binding", "form", "einband", "bindingtext", "formatbinding"),
    "edition": ("edition", "editionstatement", "auflage"),
    "edition_number": ("editionnumber",),
    "subjects": (
        "subjects", "subject", "genre", "genres", "categories", "category", "tags", "keywords",
        "bookshelf",
    ),
    "lcsh": ("lcsh",),
    "lcc": ("lcc",),
    "bisac": ("bisac", "bisaccodes", "bisaccode"),
    "thema": ("thema", "themacodes", "themacode"),
    "description": ("description", "summary", "blurb", "beschreibung", "synopsis", "overview"),
    "cover_url": (
        "coverurl", "imageurl", "imageurll", "thumbnail", "cover", "imageurlm", "image",
        "smallimageurl", "imageurls",
    ),
    "weight_g": ("weightg", "weight"),
    "height_mm": ("heightmm",),
    "width_mm": ("widthmm",),
    "thickness_mm": ("thicknessmm",),
    "status": ("publishingstatus",),
    "availability": ("availability",),
    "work_key": ("workkey", "workid"),
}  # fmt: skip
_MEANINGS = {header: name for name, headers in SYNONYMS.items() for header in headers}
_RANK = {header: rank for headers in SYNONYMS.values() for rank, header in enumerate(headers)}
_NOT_WORD = re.compile(r"[\W_]+")


def normal(header: str) -> str:
    """Return a header in small letters and figures: "Year-Of-Publication" is "yearofpublication"."""
    return _NOT_WORD.sub("", header.casefold())


def meaning(header: str) -> str:
    """Return our name of a column, or an empty string."""
    return _MEANINGS.get(normal(header), "")


def understood(header: list[str], mapping: dict[str, str] | None = None) -> dict[str, int]:
    """Return our names with the positions of their columns.

    ``mapping`` says it for the file: a header or a position ("1" is the first) to our name, or to
    an empty string for a column to pass over. Of several columns of one meaning the one with the
    surer header counts ("id" before "goodreads_book_id").
    """
    found: dict[str, tuple[int, int]] = {}
    said = {normal(key): name for key, name in (mapping or {}).items()}
    for position, text in enumerate(header):
        word = normal(text)
        name = said.get(str(position + 1), said.get(word))
        rank = -1
        if name is None:
            name, rank = _MEANINGS.get(word, ""), _RANK.get(word, 0)
        if name and (name not in found or rank < found[name][1]):
            found[name] = (position, rank)
    return {name: position for name, (position, _rank) in found.items()}


def unknown(mapping: dict[str, str]) -> list[str]:
    """Return names in a mapping that are none of ours."""
    return sorted({name for name in mapping.values() if name and name not in SYNONYMS})

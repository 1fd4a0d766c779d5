"""What the reader knows of EDItEUR's code lists: shapes and crosswalks, no headings.

An unknown code is kept as it came and reported; shapes tell a code from a slip of the pen.
"""

import re

from catalog.importers.record import Action

# List 1. 08 and 09 tell of a sale between publishers; 12 to 14 (2.1) renew supply details alone.
ACTIONS = {
    "01": Action.FULL, "02": Action.FULL, "03": Action.FULL, "04": Action.PARTIAL,
    "05": Action.DELETE, "08": Action.PARTIAL, "09": Action.PARTIAL, "12": Action.PARTIAL,
    "13": Action.PARTIAL, "14": Action.PARTIAL, "88": Action.TEST, "89": Action.TEST,
}  # fmt: skip
SUPPLY_ONLY = frozenset(["12", "13", "14"])

ROLE = re.compile(r"(?:A(?:0[1-9]|[1-4]\d|5[0-2]|99)|B(?:0[1-9]|[12]\d|3[0-5]|99)|C(?:0[1-4]|99)|"
                  r"D(?:0[1-4]|99)|E(?:0[1-9]|1[01]|99)|F(?:01|02|99)|Z(?:0[1-6]|98|99))")  # fmt: skip
FORM = re.compile(
    r"00|A[A-OZ]|B[A-PZ]|C[A-EZ]|D[A-FIJ-OZ]|E[A-D]|F[AC-FZ]|L[A-C]|M[A-CZ]|P[A-VZ]|S[A-G]|"
    r"V[AFIJ-QZ]|X[A-OYZ]|Z[A-PXYZ]"
)
DETAIL = re.compile(r"[A-Z][0-9]{3}")
SCHEME = re.compile(r"\d\d|[A-D]\d")
STATUS = re.compile(r"0\d|1[0-35-8]")
AVAILABILITY = re.compile(r"01|09|1[0-2]|2[0-3]|3[0-4]|4\d|5[0-2]|9[789]")
RELATION = re.compile(r"[0-4]\d")

# Forms of 2.1 (list 7) that list 150 has under another code; the rest are the same.
FORMS_21 = {
    "DD": "VI", "DG": "EA", "DH": "EC", "FB": "FZ", "VB": "VJ", "VC": "VJ", "VD": "VK", "VE": "VK",
    "VG": "VJ", "VH": "VK", "WW": "SA", "WX": "SA",
}  # fmt: skip
# Availability of 2.1 (list 54) as list 65 has it.
AVAILABILITY_21 = {
    "AB": "01", "AD": "44", "CS": "99", "EX": "43", "IP": "20", "MD": "23", "NP": "10", "NY": "11",
    "OF": "42", "OI": "40", "OP": "51", "OR": "41", "PP": "09", "RF": "99", "RM": "47", "RP": "32",
    "RU": "32", "TO": "22", "TP": "31", "TU": "30", "UR": "33", "WR": "21", "WS": "46",
}  # fmt: skip
# Types of edition (list 21) in the words of a title page, for records that give no statement.
EDITIONS = {
    "ABR": "Abridged edition", "ACT": "Acting edition", "ADP": "Adapted edition",
    "ANN": "Annotated edition", "BLL": "Bilingual edition", "BLP": "Bilingual edition, facing pages",
    "BRL": "Braille edition", "CMB": "Combined volume", "CRI": "Critical edition",
    "ENH": "Enhanced edition", "ENL": "Enlarged edition", "EXP": "Expurgated edition",
    "FAC": "Facsimile edition", "FST": "Festschrift", "ILL": "Illustrated edition",
    "INT": "International edition", "LTE": "Large print edition", "MDT": "Media tie-in",
    "NED": "New edition", "NUM": "Numbered edition", "REV": "Revised edition",
    "SCH": "School edition", "SIG": "Signed edition", "SMP": "Simplified language edition",
    "SPE": "Special edition", "STU": "Student edition", "TCH": "Teacher’s edition",
    "UBR": "Unabridged edition", "ULP": "Ultra large print edition", "VAR": "Variorum edition",
}  # fmt: skip

# Fields that a block of 3.0 speaks of: a block update (04) replaces all of them, even to nothing.
BLOCKS = {
    "DescriptiveDetail": (
        "subtitle", "original_title", "other_titles", "contributors", "contributor_statement",
        "series", "form_details", "edition_number", "edition_statement", "language",
        "original_language", "pages", "height_mm", "width_mm", "thickness_mm", "weight_g", "subjects",
    ),
    "CollateralDetail": ("description", "cover_url"),
    "PublishingDetail": (
        "publisher", "imprint", "place", "published", "first_published", "publishing_status",
    ),
    "RelatedMaterial": ("related",),
    "ProductSupply": ("availability",),
}  # fmt: skip
# Empty elements that say "there is none".
NONE_SAID = {
    "NoContributor": ("contributors",), "NoEdition": ("edition_number", "edition_statement"),
    "NoSeries": ("series",), "NoCollection": ("series",),
}  # fmt: skip

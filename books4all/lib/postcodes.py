"""Shapes of postcodes, for the countries where a wrong one sends a parcel back."""

import re

from django.utils.translation import gettext as _

# country: (shape after normalising, an example). From the postal unions' published formats (UPU).
_SHAPES: dict[str, tuple[re.Pattern[str], str]] = {
    "GB": (re.compile(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"), "EH1 2NG"),
    "IE": (re.compile(r"[A-Z]\d[\dW] ?[A-Z\d]{4}"), "D02 X285"),
    "FR": (re.compile(r"\d{5}"), "75005"),
    "DE": (re.compile(r"\d{5}"), "10115"),
    "ES": (re.compile(r"\d{5}"), "28004"),
    "IT": (re.compile(r"\d{5}"), "00184"),
    "NL": (re.compile(r"\d{4} ?[A-Z]{2}"), "1012 JS"),
    "BE": (re.compile(r"\d{4}"), "1000"),
    "AT": (re.compile(r"\d{4}"), "1010"),
    "CH": (re.compile(r"\d{4}"), "8001"),
    "PT": (re.compile(r"\d{4}-\d{3}"), "1200-109"),
    "SE": (re.compile(r"\d{3} ?\d{2}"), "111 29"),
    "DK": (re.compile(r"\d{4}"), "1050"),
    "NO": (re.compile(r"\d{4}"), "0150"),
    "FI": (re.compile(r"\d{5}"), "00100"),
    "PL": (re.compile(r"\d{2}-\d{3}"), "00-001"),
    "US": (re.compile(r"\d{5}(-\d{4})?"), "10003"),
    "CA": (re.compile(r"[A-Z]\d[A-Z] ?\d[A-Z]\d"), "M5V 2T6"),
    "AU": (re.compile(r"\d{4}"), "3000"),
    "JP": (re.compile(r"\d{3}-\d{4}"), "101-0051"),
}


def check_postcode(country: str, postcode: str) -> str:
    """Return ``postcode`` in its country's usual writing; other countries' as it is.

    Raises:
        ValueError: missing or of the wrong shape where the country has one; the message says how.
    """
    cleaned = " ".join(postcode.upper().split())
    if country == "GB" and len(bare := cleaned.replace(" ", "")) >= 5:
        cleaned = f"{bare[:-3]} {bare[-3:]}"
    if country not in _SHAPES:
        return cleaned
    shape, example = _SHAPES[country]
    if not cleaned:
        raise ValueError(_("Enter a postcode, like %(example)s") % {"example": example})
    if not shape.fullmatch(cleaned):
        raise ValueError(
            _("Check the postcode: it should look like %(example)s") % {"example": example}
        )
    return cleaned

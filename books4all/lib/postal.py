"""Addresses as the post of their country wants them on a label.

The order of town, region and postcode follows the Universal Postal Union's country guides (UPU S42). The
country stands last, in capitals and in English, and only on what leaves the sender's country: that is
the line that the sender's own post reads.
"""

from typing import Protocol

from django.utils.translation import override
from django_countries import countries

# Where the town's line ends with the region and the postcode: "New York NY 10003".
_TOWN_REGION_CODE = frozenset({"US", "CA", "AU", "PR"})
# Where the postcode has a line of its own, below the town.
_CODE_BELOW = frozenset({"GB", "GG", "JE", "IM", "IE", "IN", "UA", "RU", "KZ", "ZA", "EG", "KE", "HU", "SG"})  # fmt: skip
# Where the town comes before the postcode on one line.
_TOWN_CODE = frozenset({"NZ", "TW", "TH", "SA", "KR", "JP", "ID", "PK", "BD", "LV", "BR", "VN"})


class Addressed(Protocol):
    """Whatever has the fields of a postal address."""

    full_name: str
    line1: str
    line2: str
    city: str
    region: str
    postcode: str
    country: object


def label_lines(to: Addressed, *, sender_country: str) -> list[str]:
    """Return the lines to print on a parcel to ``to`` that is posted in ``sender_country``."""
    code = str(to.country)
    place = _place(code, to.city, to.region, to.postcode)
    lines = [to.full_name, to.line1, to.line2, *place]
    if code != sender_country:
        with override("en"):
            lines.append(str(countries.name(code)).upper())
    return [line.strip() for line in lines if line and line.strip()]


def _place(code: str, city: str, region: str, postcode: str) -> list[str]:
    if code in _TOWN_REGION_CODE:
        return [" ".join(part for part in (city, region, postcode) if part)]
    if code in _CODE_BELOW:
        return [city, region, postcode]
    if code in _TOWN_CODE:
        return [" ".join(part for part in (city, postcode) if part), region]
    return [" ".join(part for part in (postcode, city) if part), region]

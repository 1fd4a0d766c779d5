"""Numbers that the law and banks give to businesses: VAT numbers and payment accounts."""

import re

from django.utils.translation import gettext as _
from django_countries import countries
from stdnum import iban, numdb
from stdnum.exceptions import ValidationError
from stdnum.util import get_cc_module

_TAX_NUMBER = re.compile(r"(?=(?:.*[A-Z0-9]){4})[A-Z0-9][A-Z0-9 ./+-]{3,29}")
_ACCOUNT = re.compile(r"[0-9A-Z]{4,34}")
# Characters that people group numbers with.
_GROUPING = re.compile(r"[\s.\-/]+")


def check_vat(country: str, number: str) -> str:
    """Return a VAT number in its usual writing; of a country whose numbers we don't know, as it is.

    The shapes and check digits are python-stdnum's; whether the number is in use is not asked.

    Raises:
        ValueError: no VAT number of ``country`` (ISO 3166); the message says so.
    """
    cleaned = _GROUPING.sub("", number).upper()
    module = get_cc_module(country, "vat") if country else None
    if not cleaned or module is None:
        return cleaned
    try:
        compact = str(module.validate(cleaned))
    except ValidationError as error:
        name = countries.name(country)
        raise ValueError(
            _("This is no VAT number of %(country)s. Copy it as it stands on an invoice.")
            % {"country": name}
        ) from error
    # Written with the country in front, as the tax offices of other countries need it.
    prefix = "EL" if country == "GR" else country
    return compact if compact.startswith(prefix) else f"{prefix}{compact}"


def check_tax_number(number: str) -> str:
    """Return a tax number as people write it, in capitals; its shape differs from country to country.

    Raises:
        ValueError: it can be none; the message says what to do.
    """
    cleaned = " ".join(number.upper().split())
    if cleaned and not _TAX_NUMBER.fullmatch(cleaned):
        raise ValueError(
            _(
                "Write the tax number as it stands on a letter of your tax office: 4 to 30 letters and digits."
            )
        )
    return cleaned


def check_account(country: str, number: str) -> str:
    """Return the number of a payment account without spaces.

    An IBAN wherever the country (ISO 3166) has them, and checked (ISO 13616) wherever one is given.

    Raises:
        ValueError: it is none; the message says what to do.
    """
    cleaned = _GROUPING.sub("", number).upper()
    if not cleaned:
        return ""
    looks_like_one = re.match(r"[A-Z]{2}\d{2}", cleaned) and _has_ibans(cleaned[:2])
    if looks_like_one or _has_ibans(country):
        try:
            return str(iban.validate(cleaned))
        except ValidationError as error:
            raise ValueError(
                _("This is no IBAN. Copy all of it from a bank statement, like %(example)s.")
                % {"example": "GB82 WEST 1234 5698 7654 32"}
            ) from error
    if not _ACCOUNT.fullmatch(cleaned):
        raise ValueError(
            _("Write the account’s number with letters and digits only, 4 to 34 of them.")
        )
    return cleaned


def _has_ibans(country: str) -> bool:
    _number, info = numdb.get("iban").info(f"{country}00")[0]
    return "bban" in info


def masked(number: str) -> str:
    """Return ``number`` with all but the country and the last four characters hidden."""
    if not number:
        return ""
    start = number[:2] if number[:2].isalpha() and len(number) > 8 else ""
    return f"{start}•••• {number[-4:] if len(number) > 6 else ''}".strip()

"""Who carries parcels: how their tracking numbers look, and where a parcel is followed.

Shapes are meant to catch a slip of the finger (a number of another carrier, a digit lost), not to be
exact: carriers add kinds of numbers every year. The addresses are those of the carriers' own pages for
a single parcel.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from django.utils.translation import gettext as _

# A number of the postal unions: two letters, nine digits, the country's two letters (UPU S10).
_S10 = r"[A-Z]{2}\d{9}[A-Z]{2}"


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier: ``page`` is the address of a parcel's page with ``{}`` for its number."""

    name: str
    page: str
    shape: str
    example: str
    aliases: tuple[str, ...] = ()


CARRIERS: tuple[Carrier, ...] = (
    Carrier("Royal Mail", "https://www.royalmail.com/track-your-item#/tracking-results/{}",
            rf"{_S10}|[A-Z0-9]{{9,27}}", "QF123456789GB"),
    Carrier("Parcelforce", "https://www.parcelforce.com/track-trace?trackNumber={}",
            rf"{_S10}|[A-Z]{{2}}\d{{7}}|\d{{12,14}}", "PB1234567", ("Parcelforce Worldwide",)),
    Carrier("Evri", "https://www.evri.com/track/parcel/{}/details",
            r"[A-Z0-9]{8}|[A-Z0-9]{16}|\d{14}", "H01HYA0012345678", ("Hermes",)),
    Carrier("DPD", "https://track.dpd.co.uk/search?reference={}",
            r"\d{10}|\d{14}[A-Z0-9]?|\d{15}", "15501234567890", ("DPD UK", "DPD Local")),
    Carrier("DHL", "https://www.dhl.com/en/express/tracking.html?AWB={}",
            rf"{_S10}|\d{{10,20}}|J[A-Z]{{2,3}}\d{{10,20}}|GM\d{{16,20}}", "1234567890",
            ("DHL Express", "DHL Paket", "DHL Parcel")),
    Carrier("UPS", "https://www.ups.com/track?tracknum={}",
            r"1Z[A-Z0-9]{16}|\d{9}|\d{12}|T\d{10}", "1Z999AA10123456784"),
    Carrier("FedEx", "https://www.fedex.com/fedextrack/?trknbr={}",
            r"\d{12}|\d{14,15}|\d{20}|\d{22}|\d{34}", "123456789012"),
    Carrier("Deutsche Post", "https://www.deutschepost.de/sendung/simpleQuery.html?form.sendungsnummer={}",
            rf"{_S10}|[A-Z0-9]{{10,22}}", "RR123456789DE"),
    Carrier("La Poste", "https://www.laposte.fr/outils/suivre-vos-envois?code={}",
            rf"{_S10}|[A-Z0-9]{{11,15}}", "6A12345678901", ("Colissimo",)),
    Carrier("An Post", "https://www.anpost.com/Post-Parcels/Track/History?item={}",
            rf"{_S10}", "CE123456789IE"),
    Carrier("USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels={}",
            rf"{_S10}|\d{{20}}|\d{{22}}|\d{{26}}|\d{{30}}|\d{{34}}", "9400100000000000000000"),
    Carrier("PostNL", "https://jouw.postnl.nl/track-and-trace/{}",
            rf"{_S10}|3S[A-Z0-9]{{8,15}}", "3SABCD1234567", ()),
    Carrier("bpost", "https://track.bpost.cloud/btr/web/#/search?itemCode={}",
            rf"{_S10}|\d{{24}}|[A-Z0-9]{{12,30}}", "323212345678901234567890"),
    Carrier("Correos", "https://www.correos.es/es/en/tools/tracker/items/details?tracking-number={}",
            rf"{_S10}|[A-Z0-9]{{23}}", "PQ12345678901234567890A"),
    Carrier("Poste Italiane", "https://www.poste.it/cerca/#/risultati-spedizioni/{}",
            rf"{_S10}|[A-Z0-9]{{11,15}}", "RA123456789IT"),
    Carrier("Swiss Post", "https://service.post.ch/ekp-web/ui/entry/search/{}",
            rf"{_S10}|\d{{18}}", "993412345612345678", ("Die Post", "La Poste Suisse")),
    Carrier("Canada Post", "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor={}",
            rf"{_S10}|\d{{12}}|\d{{16}}", "1234567890123456"),
    Carrier("Australia Post", "https://auspost.com.au/mypost/track/details/{}",
            rf"{_S10}|[A-Z0-9]{{10,23}}", "33ABC123456701000930009"),
)  # fmt: skip

_BY_NAME = {
    name.casefold(): carrier for carrier in CARRIERS for name in (carrier.name, *carrier.aliases)
}
# What nobody's numbers look like: words, addresses.
_ANY = re.compile(r"[A-Z0-9-]{1,40}")


def carrier_named(name: str) -> Carrier | None:
    """Return the carrier that is called ``name``, in any case; None: it is not one of ours."""
    return _BY_NAME.get(" ".join(name.split()).casefold())


def clean_number(number: str) -> str:
    """Return a tracking number as carriers write it: capitals, without spaces."""
    return "".join(number.split()).upper()


def check_number(name: str, number: str) -> str:
    """Return the tracking number ``number`` of the carrier ``name``, cleaned; empty stays empty.

    Raises:
        ValueError: it does not look like a number of theirs; the message says how one looks.
    """
    number = clean_number(number)
    carrier = carrier_named(name)
    if not number:
        return ""
    if not _ANY.fullmatch(number):
        raise ValueError(_("Use letters, digits and hyphens only."))
    if carrier is not None and not re.fullmatch(carrier.shape, number.replace("-", "")):
        words = {"carrier": carrier.name, "example": carrier.example}
        raise ValueError(_("%(carrier)s’s numbers look like %(example)s.") % words)
    return number


def tracking_page(name: str, number: str) -> str:
    """Return the address where a parcel is followed; empty for carriers that are not ours."""
    carrier = carrier_named(name)
    if carrier is None or not number:
        return ""
    return carrier.page.format(quote(clean_number(number), safe=""))

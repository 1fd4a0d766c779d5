"""Tax rates to begin with: standard, and those of books by form, as they were known in 2026.

Nothing here is advice. Operators check the countries that their shops post from and to, and keep the table
in the administration. E-books and audiobooks without a row of their own are taxed at the standard rate.
"""

from datetime import date

from django.db import migrations
from django.db.models import Q

SINCE = date(2026, 1, 1)
_ANNEX = "Directive 2006/112/EC, annex III, point 6"

# Country, rates in hundredths of a percent: standard, printed books, e-books, audiobooks; source.
RATES: list[tuple[str, int, int, int | None, int | None, str]] = [
    ("AT", 2000, 1000, 1000, 1000, "§ 10 (2) UStG 1994, annex 1"),
    ("BE", 2100, 600, 600, 600, "Arrêté royal n° 20, tableau A, XIX"),
    ("BG", 2000, 900, 900, None, "ЗДДС, чл. 66, ал. 2"),
    ("CY", 1900, 300, 300, None, f"{_ANNEX}; VAT law 95(I)/2000, schedule 12"),
    ("CZ", 2100, 0, 0, 0, "Zákon č. 235/2004 Sb., § 71i"),
    ("DE", 1900, 700, 700, 700, "§ 12 (2) Nr. 1 and 14 UStG, annex 2 Nr. 49 and 50"),
    ("DK", 2500, 2500, 2500, None, "Momsloven § 33. An end of the tax on books was announced: check"),
    ("EE", 2400, 900, 900, None, "Käibemaksuseadus § 15 (2)"),
    ("ES", 2100, 400, 400, None, "Ley 37/1992, art. 91.Dos.1.2º"),
    ("FI", 2550, 1350, 1350, 1350, "Arvonlisäverolaki 85 a §"),
    ("FR", 2000, 550, 550, 550, "CGI, art. 278-0 bis, A, 3°"),
    ("GR", 2400, 600, None, None, f"{_ANNEX}; law 2859/2000, annex III"),
    ("HR", 2500, 500, 500, None, "Zakon o PDV-u, čl. 38 (2)"),
    ("HU", 2700, 500, None, None, "2007. évi CXXVII. törvény, annex 3"),
    ("IE", 2300, 0, 0, 0, "VAT Consolidation Act 2010, schedule 2, paragraph 15"),
    ("IT", 2200, 400, 400, 400, "DPR 633/1972, tabella A, parte II, 18"),
    ("LT", 2100, 500, 500, None, "PVM įstatymas, 19 str., as from 2026"),
    ("LU", 1700, 300, 300, 300, "Loi TVA, annexe B, 5°"),
    ("LV", 2100, 500, 500, None, "PVN likums, 42. pants. By the language of the book: check"),
    ("MT", 1800, 500, 500, 500, "VAT Act, schedule 8, item 2"),
    ("NL", 2100, 900, 900, 900, "Wet OB 1968, tabel I, post a.30"),
    ("PL", 2300, 500, 500, 500, "Ustawa o VAT, annex 10"),
    ("PT", 2300, 600, 600, 600, "CIVA, lista I, 2.1. Madeira and the Azores differ"),
    ("RO", 2100, 1100, 1100, None, "Codul fiscal, art. 291 (2), as from August 2025"),
    ("SE", 2500, 600, 600, 600, "Mervärdesskattelag (2023:200), 9 kap."),
    ("SI", 2200, 500, 500, None, "ZDDV-1, 41. člen, priloga IV"),
    ("SK", 2300, 500, None, None, "Zákon č. 222/2004 Z. z., § 27, as from 2025"),
    ("GB", 2000, 0, 0, None, "VATA 1994, schedule 8, group 3 (zero-rated; VAT Notice 701/10)"),
    ("CH", 810, 260, 260, None, "MWSTG, art. 25 (2)"),
    ("NO", 2500, 0, 0, None, "Merverdiavgiftsloven § 6-4"),
    # Sales tax is the states' and their towns': nothing, until the operator enters it.
    ("US", 0, 0, 0, None, "To be entered by the operator"),
]  # fmt: skip
# Where the margin of a second-hand dealer is taxed at another rate than the goods would be.
MARGIN = [("DE", 1900, "§ 25a (5) UStG"), ("AT", 2000, "§ 24 (7) UStG 1994")]
# In most states of the United States postage is not the goods' shadow.
DELIVERY = [("US", 0, "To be entered by the operator")]

# Name, to, from abroad only, limit in pence, source. None is in use until the operator says so.
REMITS: list[tuple[str, str, bool, int | None, str]] = [
    ("Books imported into the EU", "EU", True, 12_500,
     "Directive 2006/112/EC, article 14a (1): consignments of 150 euros or less. Keep the limit in step "
     "with the exchange rate"),
    ("Books from overseas to the UK", "GB", True, 13_500,
     "VATA 1994, section 5A; VAT Notice 1003: consignments of 135 pounds or less"),
    ("Books imported into Norway", "NO", True, 22_000,
     "Merverdiavgiftsloven § 11-9 (VOEC): goods below 3,000 kroner each. Check the limit"),
    ("Books imported into Switzerland", "CH", True, None, "MWSTG, art. 20a, since 2025"),
    ("Sales to the United States", "US", False, None,
     "The states’ marketplace facilitator laws (after South Dakota v. Wayfair, 2018)"),
]  # fmt: skip


def fill(apps, schema_editor):  # type: ignore[no-untyped-def]
    rate, rule = apps.get_model("orders", "TaxRate"), apps.get_model("orders", "RemitRule")
    rate.objects.bulk_create(
        rate(country=country, kind=kind, rate_bp=bp, valid_from=SINCE, source=source)
        for country, kind, bp, source in rows()
    )
    rule.objects.bulk_create(
        rule(
            name=name, destination=to, from_abroad=abroad, most_minor=most, source=source,
            active=False,
        )
        for name, to, abroad, most, source in REMITS
    )  # fmt: skip


def rows() -> list[tuple[str, str, int, str]]:
    """Return country, kind, rate and source of every row."""
    found = []
    for country, standard, book, ebook, audio, source in RATES:
        kinds = {"other": standard, "book": book, "ebook": ebook, "audio": audio}
        found += [(country, kind, bp, source) for kind, bp in kinds.items() if bp is not None]
    found += [(country, "margin", bp, source) for country, bp, source in MARGIN]
    return found + [(country, "delivery", bp, source) for country, bp, source in DELIVERY]


def empty(apps, schema_editor):  # type: ignore[no-untyped-def]
    """Take away what ``fill`` wrote, and nothing that people have entered since."""
    given = Q(valid_from=SINCE, kind__in=("other", "book", "ebook", "audio", "margin", "delivery"))
    apps.get_model("orders", "TaxRate").objects.filter(given).delete()
    names = [name for name, *_rest in REMITS]
    apps.get_model("orders", "RemitRule").objects.filter(name__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_payout_guards")]

    operations = [migrations.RunPython(fill, empty)]

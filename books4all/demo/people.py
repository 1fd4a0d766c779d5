"""Demo people who sign in: readers with addresses, a shopkeeper and a member of staff."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.constants import SellerRole
from accounts.models import Address, Seller, SellerMember, User
from books4all.demo.source import Source, dice

# Known to everyone who reads this file, and only ever written into a demo.
PASSWORD = "a-street-of-bookshops"  # noqa: S105 printed on the start page of every demo
STAFF = "staff@books4all.example"
# What one of them asks for above the limit, the other approves.
COLLEAGUE = "colleague@books4all.example"
SHOPKEEPER = "nell@saltmarsh-books.example"
READER = "reader@books4all.example"
SIGN_INS = (
    ("Staff (admin)", STAFF),
    ("A colleague", COLLEAGUE),
    ("Shopkeeper", SHOPKEEPER),
    ("Reader", READER),
)

_TOWNS = (
    ("GB", "Leeds", "LS2 9BD", ("12 Mill Row", "4 Chandler’s Yard", "31 Albion Terrace")),
    ("GB", "Bristol", "BS1 4QT", ("8 Harbour Steps", "77 Park Rise", "2 Orchard Mews")),
    ("GB", "Glasgow", "G12 8LX", ("Flat 3, 19 Kelvin Drive", "40 Byres Lane")),
    ("IE", "Galway", "H91 E2K3", ("5 Quay Lane", "16 Shop Street Upper")),
    ("FR", "Nantes", "44000", ("22 rue des Carmélites", "9 quai de la Fosse")),
    ("DE", "Leipzig", "04109", ("Gerberstraße 14", "Lindenauer Markt 3")),
    ("NL", "Utrecht", "3511 LX", ("Oudegracht 210", "Twijnstraat 41")),
    ("US", "Portland", "97205", ("1450 NW Alder Street", "33 Juniper Court")),
)


def add_people(source: Source, shops: dict[str, Seller], now: datetime) -> list[User]:
    """Write staff, a shopkeeper for every shop, and readers. Returns the readers, "Reader" first."""
    # One slow hash serves everybody: they all have the same password.
    password = make_password(PASSWORD)
    joined = now - timedelta(days=400)
    staff = [
        User(email=email, name=name, is_staff=True, is_superuser=True)
        for email, name in ((STAFF, "Robin, staff"), (COLLEAGUE, "Sorrel, staff"))
    ]
    keepers = [
        User(
            email=SHOPKEEPER if row["key"] == "saltmarsh" else row["email"],
            name=row["keeper"] or row["name"],
        )
        for row in source.shops
    ]
    names = source.voices["readers"]
    readers = [User(email=READER, name="Rowan Reader")]
    readers += [User(email=f"reader{i}@books4all.example", name=n) for i, n in enumerate(names, 2)]
    everyone = [*staff, *keepers, *readers]
    for user in everyone:
        user.password, user.date_joined = password, joined
    User.objects.bulk_create(everyone)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in everyone
    )
    SellerMember.objects.bulk_create(
        SellerMember(seller=shops[row["key"]], user=keeper, roles=[SellerRole.OWNER])
        for row, keeper in zip(source.shops, keepers, strict=True)
    )
    Address.objects.bulk_create(address_for(reader) for reader in readers)
    return readers


def address_for(reader: User) -> Address:
    """Return a made-up home for ``reader``, always the same one."""
    choose = dice("home", reader.email)
    country, city, postcode, streets = choose.choice(_TOWNS)
    if reader.email == READER:
        country, city, postcode, streets = _TOWNS[0]
    return Address(
        user=reader,
        full_name=reader.name,
        line1=choose.choice(streets),
        city=city,
        postcode=postcode,
        country=country,
        is_default=True,
    )

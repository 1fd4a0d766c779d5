"""Opening a shop, and the facts about who keeps it. Everything can be saved half done.

Every write locks the seller's row: staff decide about what they see.
"""

from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.constants import RESERVED_SLUGS, SellerKind, SellerRole, SellerStatus
from accounts.errors import SellerFactsError, TooManyShopsError
from accounts.models import Seller, SellerDetails, SellerMember, User
from accounts.selectors.checklist import missing_facts
from accounts.services import letters
from accounts.services.activity import record
from books4all.lib.business import check_account, check_tax_number, check_vat
from books4all.lib.documents import check_document
from books4all.lib.postcodes import check_postcode
from books4all.lib.text import slug_for

# Shops that one person may have begun and not opened yet.
MOST_UNOPENED = 3
# What ``change_facts`` takes. ``kind`` is settled once staff have looked at it.
FACTS = (
    "name",
    "kind",
    "legal_name",
    "street",
    "postcode",
    "place",
    "country",
    "email",
    "phone",
    "register_name",
    "register_number",
    "vat_number",
)
# What ``set_tax_facts`` takes.
TAX_FACTS = ("tax_number", "birth_date", "home_street", "home_postcode")
_EARLIEST = date(1900, 1, 1)
# States in which the kind of seller can still be changed.
DRAFTS = (SellerStatus.PENDING, SellerStatus.CHANGES_REQUESTED, SellerStatus.REJECTED)


@transaction.atomic
def open_shop(
    *, user: User, name: str, kind: str, place: str, country: str, slug: str = ""
) -> Seller:
    """Begin an application: a seller that nobody sees yet, with ``user`` as its owner.

    ``slug`` is the shop's word in addresses; without one it is made from the name.

    Raises:
        TooManyShopsError: the user has begun ``MOST_UNOPENED`` already.
        SellerFactsError: the slug is taken or reserved.
        ValidationError: a field is missing or wrong.
    """
    User.objects.select_for_update().only("pk").get(pk=user.pk)
    begun = Seller.objects.filter(sellermember__user=user, status__in=DRAFTS).count()
    if begun >= MOST_UNOPENED:
        raise TooManyShopsError(
            _("You have begun %(n)s shops already. Finish or close one of them first.")
            % {"n": begun}
        )
    seller = Seller(
        slug=_free_slug(slug, name),
        name=name,
        kind=SellerKind(kind),
        place=place,
        country=country,
        email=user.email,
        legal_name=user.name if kind == SellerKind.PRIVATE else "",
    )
    seller.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            seller.save()
    except IntegrityError as error:
        # Somebody took the address between the look and now.
        raise _slug_taken(seller.slug) from error
    SellerDetails.objects.create(seller=seller)
    SellerMember.objects.create(seller=seller, user=user, roles=[SellerRole.OWNER])
    record(seller=seller, actor=user, action="shop.begun", subject=seller.name)
    return seller


@transaction.atomic
def change_facts(*, seller: Seller, actor: User, **facts: Any) -> Seller:
    """Change the given of ``FACTS``; only what differs is written, and its names are logged.

    Raises:
        SellerFactsError: one is wrong, or would leave an open shop without what buyers must be shown.
        ValidationError: a field is too long or of the wrong shape.
    """
    locked = Seller.objects.select_for_update().get(pk=seller.pk)
    lacked = set(missing_facts(locked))
    changed = []
    for name in FACTS:
        if name in facts and str(getattr(locked, name)) != str(facts[name]):
            setattr(locked, name, facts[name])
            changed.append(name)
    if not changed:
        return locked
    _check_kind(locked, changed)
    _normalise(locked, changed)
    locked.full_clean(validate_unique=False, validate_constraints=False)
    _check_still_complete(locked, lacked)
    locked.save(update_fields=[*changed, "updated_at"])
    record(seller=locked, actor=actor, action="facts.changed", fields=changed)
    return locked


@transaction.atomic
def set_account(
    *, seller: Seller, actor: User, account_holder: str, account_number: str
) -> SellerDetails:
    """Set the account that the shop is paid to; its owners are told by mail, for it is their money.

    An empty ``account_number`` leaves the number as it is: it is never shown to be sent back.

    Raises:
        SellerFactsError: the number is none, or an open shop would be left without.
    """
    details = _details(seller)
    try:
        number = check_account(str(seller.country), account_number) or details.account_number
    except ValueError as error:
        raise SellerFactsError(str(error), fields={"account_number": [str(error)]}) from error
    if seller.status not in DRAFTS and not (account_holder and number):
        name = "account_number" if account_holder else "account_holder"
        text = _("An open shop needs an account to be paid to: write whose it is, and its number.")
        raise SellerFactsError(text, fields={name: [text]})
    if (details.account_holder, details.account_number) == (account_holder, number):
        return details
    replaced = bool(details.account_number) and details.account_number != number
    details.account_holder, details.account_number = account_holder, number
    details.full_clean(validate_constraints=False)
    details.save(update_fields=["account_holder", "account_number", "updated_at"])
    event = record(
        seller=seller, actor=actor, action="account.changed", subject=details.masked_account
    )
    if replaced:
        letters.to_owners(event=event)
    return details


@transaction.atomic
def set_tax_facts(*, seller: Seller, actor: User, **facts: Any) -> SellerDetails:
    """Change the given of ``TAX_FACTS``: what the tax office is told of whoever sells more than a little.

    Raises:
        SellerFactsError: one can't be right.
    """
    details = _details(seller)
    changed = [
        name for name in TAX_FACTS if name in facts and facts[name] != getattr(details, name)
    ]
    if not changed:
        return details
    for name in changed:
        setattr(details, name, facts[name])
    try:
        details.tax_number = check_tax_number(details.tax_number)
    except ValueError as error:
        raise SellerFactsError(str(error), fields={"tax_number": [str(error)]}) from error
    try:
        if details.home_postcode:
            details.home_postcode = check_postcode(str(seller.country), details.home_postcode)
    except ValueError as error:
        raise SellerFactsError(str(error), fields={"home_postcode": [str(error)]}) from error
    if details.birth_date and not _EARLIEST <= details.birth_date < timezone.localdate():
        text = _("Check the year: this is no date of birth of somebody who sells.")
        raise SellerFactsError(text, fields={"birth_date": [text]})
    details.full_clean(validate_constraints=False)
    details.save(update_fields=[*changed, "updated_at"])
    # Their names alone: the log is read by all of the team.
    record(seller=seller, actor=actor, action="facts.changed", fields=changed)
    return details


@transaction.atomic
def set_document(*, seller: Seller, actor: User, document: "UploadedFile[Any]") -> SellerDetails:
    """Keep a copy of an identification document in the private store; the one before is removed.

    Raises:
        SellerFactsError: the file is too large, or neither a PDF nor a picture.
    """
    try:
        ending = check_document(document)
    except ValueError as error:
        raise SellerFactsError(str(error), fields={"document": [str(error)]}) from error
    details = _details(seller)
    before = details.document.name if details.document else ""
    details.document_name = (document.name or "")[-120:]
    details.document_at = timezone.now()
    details.document.save(f"document{ending}", document, save=False)
    details.save(update_fields=["document", "document_name", "document_at", "updated_at"])
    if before:
        # After the commit: a transaction that is rolled back still has its file.
        transaction.on_commit(lambda: details.document.storage.delete(before))
    record(seller=seller, actor=actor, action="identity.given", subject=details.document_name)
    return details


@transaction.atomic
def declare(*, seller: Seller, actor: User, lawful: bool, terms: bool) -> SellerDetails:
    """Keep the applicant's word, with whose it is and when. A word that was given stays given."""
    details = _details(seller)
    now, said = timezone.now(), []
    for name, given in (("lawful", lawful), ("terms", terms)):
        if given and getattr(details, f"{name}_at") is None:
            setattr(details, f"{name}_at", now)
            setattr(details, f"{name}_by", actor)
            said.append(name)
    if said:
        details.save()
        record(seller=seller, actor=actor, action="declaration.given", what=said)
    return details


def _details(seller: Seller) -> SellerDetails:
    Seller.objects.select_for_update().only("pk").get(pk=seller.pk)
    details, _created = SellerDetails.objects.get_or_create(seller=seller)
    return details


def _free_slug(asked: str, name: str) -> str:
    """Return the slug that was asked for, or one from the name with a number behind it if need be."""
    if asked:
        slug = slug_for(asked, fallback="")
        if not slug:
            text = _("Write the shop’s address with letters and digits, like harbour-and-quill.")
            raise SellerFactsError(text, fields={"slug": [text]})
        if slug in RESERVED_SLUGS or Seller.objects.filter(slug=slug).exists():
            raise _slug_taken(slug)
        return slug
    base = slug_for(name, fallback="shop")[:70]
    taken = set(Seller.objects.filter(slug__startswith=base).values_list("slug", flat=True)[:1000])
    taken |= RESERVED_SLUGS
    candidates = (base, *(f"{base}-{n}" for n in range(2, 1003)))
    return next(slug for slug in candidates if slug not in taken)


def _slug_taken(slug: str) -> SellerFactsError:
    text = _("“%(slug)s” is taken. Choose another address for your shop.") % {"slug": slug}
    return SellerFactsError(text, fields={"slug": [text]})


def _check_kind(seller: Seller, changed: list[str]) -> None:
    if "kind" in changed and seller.status not in DRAFTS:
        text = _("Whether you are a trader was looked at when the shop was approved. Write to us.")
        raise SellerFactsError(text, fields={"kind": [text]})


def _normalise(seller: Seller, changed: list[str]) -> None:
    """Write numbers as they are usually written. Raises SellerFactsError for wrong ones."""
    errors: dict[str, list[str]] = {}
    country = str(seller.country)
    if seller.postcode and {"postcode", "country"} & set(changed):
        try:
            seller.postcode = check_postcode(country, seller.postcode)
        except ValueError as error:
            errors["postcode"] = [str(error)]
    if seller.vat_number and {"vat_number", "country"} & set(changed):
        try:
            seller.vat_number = check_vat(country, seller.vat_number)
        except ValueError as error:
            errors["vat_number"] = [str(error)]
    if errors:
        texts = [text for found in errors.values() for text in found]
        raise SellerFactsError(" ".join(texts), fields=errors)
    if "country" in changed:
        # The checks may have rewritten what was not sent.
        changed += [name for name in ("postcode", "vat_number") if name not in changed]


def _check_still_complete(seller: Seller, lacked: set[str]) -> None:
    """Keep a shop that is open, or being looked at, from losing a fact that it has."""
    if seller.status in (*DRAFTS, SellerStatus.CLOSED):
        return
    lost = {name: [text] for name, text in missing_facts(seller).items() if name not in lacked}
    if lost:
        raise SellerFactsError(" ".join(text for [text] in lost.values()), fields=lost)

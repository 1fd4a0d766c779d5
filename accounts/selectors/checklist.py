"""What a shop must have before it opens, and what it should have: worked out, never ticked by hand.

The facts are those that EU DSA, article 30(1) has a marketplace obtain from a trader: name, address,
telephone and e-mail (a), a copy of an identification document (b), the payment account (c), the trade
register and the number in it where there is one (d), and the trader's own word to offer only what
follows the law (e). A private person is no trader; of them the marketplace asks what it needs to pay
them and to know whom it pays.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from django.core.exceptions import ObjectDoesNotExist
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Seller, SellerDetails
from accounts.signals import checklist_asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A line of the checklist.

    ``page`` is the URL name (``selling:…``, with the shop's slug) where it is mended; a page that does
    not exist is not linked. ``lacking`` says what is missing, by field. ``required`` items must be done
    before the application is sent; ``attested`` ones are the applicant's word.
    """

    code: str
    title: str | Promise
    why: str | Promise
    page: str
    done: bool
    required: bool = True
    attested: bool = False
    lacking: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checklist:
    """The items in their order."""

    items: Sequence[Item]

    @property
    def open(self) -> list[Item]:
        """Return the required items that are not done."""
        return [item for item in self.items if item.required and not item.done]

    @property
    def is_complete(self) -> bool:
        """Whether the application can be sent."""
        return not self.open

    @property
    def done(self) -> int:
        """How many items are done."""
        return sum(item.done for item in self.items)

    def lacking(self) -> dict[str, str]:
        """Return what is missing of the required items: field → remedy."""
        found: dict[str, str] = {}
        for item in self.open:
            found |= item.lacking or {item.code: str(item.title)}
        return found


def details_of(seller: Seller) -> SellerDetails:
    """Return the seller's private details; unsaved ones if nothing was ever given."""
    try:
        return seller.details
    except ObjectDoesNotExist:
        return SellerDetails(seller=seller)


def checklist(seller: Seller) -> Checklist:
    """Return the checklist of ``seller``; two queries, and those of the apps above."""
    details = details_of(seller)
    items = [
        Item(
            code="facts",
            title=_("Who you are") if seller.is_private else _("The business"),
            why=_("So that we know whom we pay, and can write to you.")
            if seller.is_private
            else _(
                "The law has every marketplace know its traders, and show buyers whom they deal with."
            ),
            page="selling:facts",
            lacking=(lacking := missing_facts(seller)),
            done=not lacking,
        ),
        _account(details),
    ]
    if not seller.is_private:
        items.append(_identity(details))
    items += [
        _lawful(details, private=seller.is_private),
        _terms(details),
        _tax_facts(details, private=seller.is_private),
    ]
    for _receiver, more in checklist_asked.send(sender=Seller, seller=seller):
        items += cast("list[Item]", more)
    return Checklist(items)


def missing_facts(seller: Seller) -> dict[str, str]:
    """Return what is missing of the facts that stand on the seller itself: field → remedy.

    A trader's are shown to buyers (EU DSA, article 30(7)); a private seller's street and telephone are
    not asked for.
    """
    asked = {
        "legal_name": _("Give the name of the person or company behind the shop."),
        "email": _("Give an e-mail address that buyers can write to."),
        "place": _("Give the town or city."),
    }
    if not seller.is_private:
        asked["phone"] = _("Give a telephone number: the law has traders show one.")
    lacking = {name: remedy for name, remedy in asked.items() if not getattr(seller, name)}
    if not seller.is_private and not (seller.street and seller.postcode):
        lacking["street"] = _("Give the street and postcode: the law has traders show them.")
    if seller.register_number and not seller.register_name and not seller.is_private:
        lacking["register_name"] = _("Name the register that the number stands in.")
    return lacking


def _account(details: SellerDetails) -> Item:
    lacking = {}
    if not details.account_holder:
        lacking["account_holder"] = _("Say whose account it is.")
    if not details.account_number:
        lacking["account_number"] = _("Give the account that we pay you to.")
    return Item(
        code="account",
        title=_("The account we pay to"),
        why=_("What you earn goes there. Buyers never see it."),
        page="selling:account",
        done=not lacking,
        lacking=lacking,
    )


def missing_tax_facts(details: SellerDetails, *, private: bool) -> dict[str, str]:
    """Return what a report to the tax office would lack of a seller: field → remedy.

    Directive (EU) 2021/514, annex V, section II B: of a person the tax number, the date of birth and the
    primary address; of a company, whose address is known, the tax number.
    """
    asked = {"tax_number": _("Give your tax number.")}
    if private:
        asked["birth_date"] = _("Give your date of birth.")
        asked["home_street"] = _("Give the street and number where you live.")
    return {name: remedy for name, remedy in asked.items() if not getattr(details, name)}


def _tax_facts(details: SellerDetails, *, private: bool) -> Item:
    lacking = missing_tax_facts(details, private=private)
    return Item(
        code="tax",
        title=_("For the tax office"),
        why=_("Needed once you have made 30 sales in a year, or had more than 2,000 euros."),
        page="selling:tax_facts",
        done=not lacking,
        required=False,
        lacking=lacking,
    )


def _identity(details: SellerDetails) -> Item:
    remedy = _("Give a copy of an identity card, a passport or an extract of the register.")
    return Item(
        code="identity",
        title=_("A document that shows who you are"),
        why=_("Nobody else should be able to open a shop in your name. Only our staff see it."),
        page="selling:identity",
        done=bool(details.document),
        lacking={} if details.document else {"document": remedy},
    )


def _lawful(details: SellerDetails, *, private: bool) -> Item:
    remedy = _("Declare that you will offer only what may lawfully be sold.")
    return Item(
        code="lawful",
        title=_("Your word to sell only what is lawful"),
        why=_("A marketplace may not let anybody sell who has not given it.")
        if not private
        else _("Everybody who sells here gives it."),
        page="selling:declaration",
        done=details.lawful_at is not None,
        attested=True,
        lacking={} if details.lawful_at else {"lawful": remedy},
    )


def _terms(details: SellerDetails) -> Item:
    remedy = _("Read the terms for sellers and agree to them.")
    return Item(
        code="terms",
        title=_("The terms for sellers"),
        why=_("What we promise each other, in plain words."),
        page="selling:declaration",
        done=details.terms_at is not None,
        attested=True,
        lacking={} if details.terms_at else {"terms": remedy},
    )

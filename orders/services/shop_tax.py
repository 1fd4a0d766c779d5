"""How a shop says it stands to the tax office."""

from django.utils.translation import gettext as _

from accounts.models import Seller, User
from accounts.services.activity import record
from orders.errors import TaxSettingsError
from orders.models import ShopTax
from orders.services.transactions import business_transaction


@business_transaction
def change(
    *, seller: Seller, actor: User | None, registered: bool, margin: bool, destination: bool
) -> ShopTax:
    """Keep what a shop says of its tax; it counts for orders written from now on.

    The seller's row is locked, which a checkout reads ``FOR SHARE``: no order is half of either.

    Raises:
        TaxSettingsError: a private person is not taxed; who is registered has a number; and only who
            is registered has a scheme, or charges anybody's tax.
    """
    locked = Seller.objects.select_for_update().get(pk=seller.pk)
    if locked.is_private:
        raise TaxSettingsError(_("Private people charge no VAT."))
    if registered and not locked.vat_number:
        text = _("Enter the VAT number on the page Details first.")
        raise TaxSettingsError(text, fields={"registered": [text]})
    if not registered and (margin or destination):
        text = _("Only a shop that is registered for VAT can choose this.")
        fields = {
            name: [text] for name, on in (("margin", margin), ("destination", destination)) if on
        }
        raise TaxSettingsError(text, fields=fields)
    values = {"registered": registered, "margin": margin, "destination": destination}
    row, _created = ShopTax.objects.update_or_create(seller=locked, defaults=values)
    said = ", ".join(name for name, on in values.items() if on) or "none"
    record(seller=locked, actor=actor, action="tax.changed", subject=said)
    return row

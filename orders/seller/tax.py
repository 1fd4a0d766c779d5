"""How the shop stands to the tax office."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.constants import SellerRole
from accounts.models import SellerMember
from accounts.seller.access import shop_page, team_page
from orders.errors import TaxSettingsError
from orders.selectors.terms import traders_of
from orders.services import shop_tax


class ShopTaxForm(forms.Form):
    """What decides how sales are taxed."""

    registered = forms.BooleanField(
        label=_("We are registered for VAT"),
        required=False,
        help_text=_("Prices that you enter contain the VAT; buyers see how much."),
    )
    margin = forms.BooleanField(
        label=_("We sell second-hand books under the margin scheme"),
        required=False,
        help_text=_(
            "Every copy whose condition is not “New”. No VAT is shown to buyers, and you account for it"
            " on your margin. We work it out where you have said what a copy cost you."
        ),
    )
    destination = forms.BooleanField(
        label=_("We charge the VAT of the country that we post to, in the European Union"),
        required=False,
        help_text=_("Above the threshold of 10,000 euros a year, or by choice: the One Stop Shop."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@team_page(SellerRole.OWNER, SellerRole.ACCOUNTING)
def tax(request: HttpRequest, member: SellerMember) -> HttpResponse:
    """Show what the shop has said of its tax, and change it."""
    shop = member.seller
    if request.method != "POST" or shop.is_private:
        now = traders_of([shop])[shop.pk]
        known = {name: getattr(now, name) for name in ShopTaxForm.base_fields}
        return _page(request, member, ShopTaxForm(initial=known))
    form = ShopTaxForm(request.POST)
    if form.is_valid():
        try:
            shop_tax.change(seller=shop, actor=member.user, **form.cleaned_data)
        except TaxSettingsError as error:
            for name, texts in error.fields.items():
                form.add_error(name, texts)
        else:
            messages.success(request, _g("Kept. It counts for orders from now on."))
            return redirect("selling:tax", shop.slug)
    return _page(request, member, form, status=422)


def _page(
    request: HttpRequest, member: SellerMember, form: ShopTaxForm, *, status: int = 200
) -> HttpResponse:
    return shop_page(
        request,
        member,
        "selling/tax.html",
        tab="tax",
        status=status,
        form=form,
        error_title=bool(form.errors),
    )

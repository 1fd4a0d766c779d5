"""The sandbox provider's own payment page: another company's, as far as the shop knows."""

from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from books4all.lib.money import Money
from orders.models.sandbox import SandboxPayment, SandboxStatus
from orders.payments.sandbox import bank
from orders.payments.sandbox.cards import CARDS, Behaviour, card_numbered


class CardForm(forms.Form):
    """A card's number, typed or chosen from the test cards. Nothing of it is kept."""

    number = forms.CharField(
        label=_("Card number"),
        help_text=_("Only the test cards below work here. Never type a real one."),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    card = forms.ChoiceField(choices=[(card.number, card.label) for card in CARDS], required=False)

    def clean(self) -> dict[str, object]:
        """A typed number counts; else the chosen card."""
        cleaned = super().clean() or {}
        number = cleaned.get("number") or cleaned.get("card") or ""
        cleaned["found"] = card_numbered(number)
        if cleaned["found"] is None:
            self.add_error(
                "number", _("Type or choose one of the test cards, like 4242 4242 4242 4242")
            )
        return cleaned


@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Take a card for a payment, ask for 3-D Secure, and lead back to the shop."""
    payment = SandboxPayment.objects.filter(reference=reference).first()
    if payment is None or "sandbox" not in settings.PAYMENT_PROVIDERS:
        raise Http404
    if request.method == "POST":
        return _posted(request, payment)
    return _page(request, payment, CardForm(initial={"card": CARDS[0].number}))


def _posted(request: HttpRequest, payment: SandboxPayment) -> HttpResponse:
    if payment.status == SandboxStatus.ACTION:
        if request.POST.get("confirm") == "yes":
            paid = bank.pay(reference=payment.reference, behaviour=Behaviour.SUCCESS)
            return _after(request, paid)
        failed = bank.fail_secure(reference=payment.reference)
        problem = _(
            "You did not confirm the payment. Nothing was charged: try again, or another card."
        )
        return _page(request, failed, CardForm(), problem=str(problem), status=402)
    form = CardForm(request.POST)
    if not form.is_valid():
        return _page(request, payment, form, status=422)
    behaviour = form.cleaned_data["found"].behaviour
    told = bank.pay(reference=payment.reference, behaviour=behaviour)
    if behaviour is Behaviour.DECLINE and told.status == SandboxStatus.OPEN:
        problem = _("The card was declined. Nothing was charged: try another card.")
        return _page(request, told, CardForm(), problem=str(problem), status=402)
    return _after(request, told)


def _after(request: HttpRequest, payment: SandboxPayment) -> HttpResponse:
    """Lead back to the shop once paid, unless the card asked for less or for a pause."""
    if payment.status in (SandboxStatus.OPEN, SandboxStatus.ACTION):
        return redirect("orders:sandbox_pay", payment.reference)
    if payment.status != SandboxStatus.CANCELLED:
        if not bank.leads_back(payment) or payment.behaviour == Behaviour.FIRST:
            return _page(request, payment, None)
        return redirect(_back(payment))
    return _page(request, payment, None)


def _back(payment: SandboxPayment) -> str:
    """Return the shop's address; without the host where it is this very site's (any of its names)."""
    if payment.return_url.startswith(settings.PUBLIC_URL):
        return urlsplit(payment.return_url).path
    return payment.return_url


def _page(
    request: HttpRequest,
    payment: SandboxPayment,
    form: CardForm | None,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    closed = payment.status not in (SandboxStatus.OPEN, SandboxStatus.ACTION)
    context = {
        "payment": payment,
        "amount": Money(payment.amount_minor, payment.currency),
        "form": form,
        "cards": CARDS,
        "problem": problem,
        "secure": payment.status == SandboxStatus.ACTION,
        "closed": closed,
        "cancelled": payment.status == SandboxStatus.CANCELLED,
        "back": _back(payment) if bank.leads_back(payment) or not payment.behaviour else "",
        "error_title": bool(problem or (form and form.errors)),
    }
    return render(request, "sandbox/pay.html", context, status=status)

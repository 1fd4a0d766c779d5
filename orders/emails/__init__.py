"""The messages about orders. One function a message; each returns it rendered, or None if there is
nobody to send it to."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from books4all.lib.mail import Letter, render
from books4all.lib.money import total
from books4all.lib.postal import label_lines
from orders.constants import Actor, CaseStatus, Side, Stage
from orders.emails import after
from orders.emails.common import part_of, some, to_buyer
from orders.models import (
    DisputePart,
    Document,
    GiftCard,
    Message,
    Order,
    OrderEvent,
    Payout,
    Refusal,
    SellerOrder,
    Shipment,
    WebhookEndpoint,
)
from orders.selectors.case_money import due_of
from orders.selectors.case_words import headline, what_next
from orders.selectors.cases import case_of_order, send_to
from orders.selectors.deadlines import post_by
from orders.selectors.disputes import is_disputed
from orders.selectors.gift_cards import code_from, digest_of
from orders.selectors.orders import with_parcels
from orders.selectors.sold_money import money_of
from orders.selectors.sums import margin_note, order_rows, order_tax_lines, within_rows
from orders.selectors.transfers import transfer_page


def placed(pk: UUID) -> Letter | None:
    """Tell the buyer what they bought, and where to follow the parcels."""
    order = with_parcels(Order.objects.filter(pk=pk)).get()
    parcels = list(order.seller_orders.all())
    count = sum(line.quantity for parcel in parcels for line in parcel.lines.all())
    context = {
        "parcels": parcels,
        "rows": order_rows(order, parcels, count=count),
        "notes": within_rows(order_tax_lines(parcels, order.currency)),
        "margin_note": margin_note(parcels),
    }
    return to_buyer("orders/placed", order, context)


def new_order(pk: UUID) -> Letter | None:
    """Tell a seller what to post, where, and by when."""
    seller_order = part_of(pk)
    seller, order = seller_order.seller, seller_order.order
    if not seller.email:
        return None
    context = {
        "page_link": settings.PUBLIC_URL
        + reverse("selling:order", args=[seller.slug, order.number]),
        "post_by": post_by(order.placed_at or order.created_at, seller_order.promised_days(seller)),
        "order": order,
        "seller_order": seller_order,
        "lines": seller_order.lines.all(),
        "money": money_of(seller_order),
        "address": label_lines(order, sender_country=str(seller.country)),
    }
    return render("orders/new_order", to=seller.email, context=context)


def shipped(pk: UUID) -> Letter | None:
    """Tell the buyer that a parcel is on its way, what is in it, and whether more follows."""
    shipment = (
        Shipment.objects.select_related("seller_order__order", "seller_order__seller")
        .prefetch_related("lines__order_line")
        .get(pk=pk)
    )
    seller_order = shipment.seller_order
    return to_buyer(
        "orders/shipped",
        seller_order.order,
        {
            "seller_order": seller_order,
            "lines": [some(line.order_line, line.quantity) for line in shipment.lines.all()],
            "shipment": shipment,
            "left": sum(line.left for line in seller_order.lines.all()),
        },
    )


def refused(pk: UUID) -> Letter | None:
    """Tell the buyer what a seller can't send, why, and that the money comes back."""
    refusal = (
        Refusal.objects.select_related("refund", "seller_order__order", "seller_order__seller")
        .prefetch_related("lines__order_line")
        .get(pk=pk)
    )
    seller_order, lines = refusal.seller_order, refusal.lines.all()
    whole = sum(line.quantity for line in lines) == sum(
        line.quantity for line in seller_order.lines.all()
    )
    return to_buyer(
        "orders/refused",
        seller_order.order,
        {
            "seller_order": seller_order,
            "refusal": refusal,
            "lines": [some(line.order_line, line.quantity) for line in lines],
            "whole": whole,
            "copies": sum(line.quantity for line in lines),
        },
    )


def too_late(pk: UUID) -> Letter | None:
    """Tell the buyer that their payment came when the books were gone, and comes back."""
    return to_buyer("orders/too_late", Order.objects.get(pk=pk), {})


def transfer(pk: UUID) -> Letter | None:
    """Tell the buyer where to send the money. None when it is not waited for any more."""
    page = transfer_page(pk)
    if page is None or not page.waits:
        return None
    link = settings.PUBLIC_URL + reverse("orders:transfer", args=[pk])
    return to_buyer("orders/transfer", page.order, {"page": page, "page_link": link})


def dispute_opened(pk: UUID) -> Letter | None:
    """Tell a shop that the buyer's bank has taken the payment back, and what not to do."""
    return _about_dispute("orders/dispute_opened", pk)


def dispute_won(pk: UUID) -> Letter | None:
    """Tell a shop that the bank has given the money back."""
    return _about_dispute("orders/dispute_won", pk)


def dispute_lost(pk: UUID) -> Letter | None:
    """Tell a shop that the bank keeps the money, and what it has to do with it."""
    return _about_dispute("orders/dispute_lost", pk)


def message(pk: UUID) -> Letter | None:
    """Tell the other side that somebody wrote to them; the words and all addresses stay here.

    None when it has been read, hidden, or has nobody to be sent to by now.
    """
    sent = Message.objects.select_related("thread__seller", "thread__buyer").get(pk=pk)
    thread = sent.thread
    to_shop = sent.side == Side.BUYER
    if sent.hidden_at or not thread.unread(Side.SELLER if to_shop else Side.BUYER):
        return None
    buyer = thread.buyer
    if buyer is None or not buyer.is_active or (to_shop and not thread.seller.email):
        return None
    path = (
        reverse("selling:message", args=[thread.seller.slug, thread.pk])
        if to_shop
        else reverse("orders:message", args=[thread.pk])
    )
    context = {
        "who": thread.buyer_name if to_shop else thread.seller.name,
        "subject": thread.subject,
        "link": settings.PUBLIC_URL + path,
    }
    to = thread.seller.email if to_shop else buyer.email
    language = "" if to_shop else buyer.language
    return render("orders/message", to=to, context=context, language=language)


def gift_card(pk: UUID, seed: str) -> Letter:
    """Send a gift card its code, which is made of the ``seed`` and kept nowhere."""
    card, code = GiftCard.objects.get(pk=pk), code_from(seed)
    if card.digest != digest_of(code):
        msg = f"Gift card {pk} was made under another SECRET_KEY: its code can't be told any more"
        raise ValueError(msg)
    context = {"card": card, "code": code, "home_link": settings.PUBLIC_URL + "/"}
    return render("orders/gift_card", to=card.recipient, context=context)


def case_step(event_id: int, side: str) -> Letter | None:
    """Tell the buyer or the shop what has happened to a case, or of goodwill, and what comes next.

    Or staff that one waits for them.
    """
    event = OrderEvent.objects.select_related("order", "seller_order__seller").get(pk=event_id)
    order, seller_order = event.order, event.seller_order
    assert seller_order is not None  # a case is about what one seller posted
    if side == Actor.STAFF:
        return _to_staff(event, seller_order)
    seller = seller_order.seller
    to_shop = side == Actor.SELLER
    if to_shop and not seller.email:
        return None
    with translation.override(settings.LANGUAGE_CODE if to_shop else order.language):
        context = {"order": order, "shop": seller, "note": event.note, **_told(event, Actor(side))}
    if to_shop:
        return render("orders/case", to=seller.email, context=context)
    return to_buyer("orders/case", order, context)


def _to_staff(event: OrderEvent, seller_order: SellerOrder) -> Letter | None:
    """Ask staff to decide a case, unless it has been settled, or there is nobody to ask."""
    case = case_of_order(event.order, UUID(event.data["case"]))
    if not settings.STAFF_EMAIL or case.status != CaseStatus.ESCALATED:
        return None
    link = settings.PUBLIC_URL + reverse("admin:orders_case_change", args=[case.pk])
    context = {
        "order": event.order,
        "shop": seller_order.seller,
        "case": case,
        "by": "" if event.side == Actor.SYSTEM else event.get_side_display(),
        "note": event.note,
        "page_link": link,
    }
    return render("orders/case_escalated", to=settings.STAFF_EMAIL, context=context)


def _told(event: OrderEvent, side: Actor) -> dict[str, Any]:
    """Return what a letter says of a step."""
    order, seller_order = event.order, event.seller_order
    assert seller_order is not None
    if "case" not in event.data:
        title = _("%(shop)s gives you some money back") % {"shop": seller_order.seller.name}
        link = reverse("orders:track", args=[order.token])
        return {"title": title, "next": "", "link": settings.PUBLIC_URL + link}
    case = case_of_order(order, UUID(event.data["case"]))
    total = due_of(case).total if case.is_open else None
    link = (
        reverse("selling:case", args=[seller_order.seller.slug, case.pk])
        if side == Actor.SELLER
        else reverse("orders:case", args=[order.token, case.pk])
    )
    return {
        "title": headline(event, case, side),
        "next": what_next(case, side, total=total),
        "link": settings.PUBLIC_URL + link,
        "send_to": send_to(case) if case.status == CaseStatus.APPROVED else (),
    }


def webhook_off(pk: UUID) -> Letter | None:
    """Tell a shop that its program is not told of its orders any more, and why."""
    endpoint = WebhookEndpoint.objects.select_related("seller").get(pk=pk)
    seller = endpoint.seller
    if seller is None or not seller.email or endpoint.enabled or endpoint.removed:
        return None
    path = reverse("selling:webhook", args=[seller.slug, endpoint.pk])
    context = {"shop": seller, "endpoint": endpoint, "link": settings.PUBLIC_URL + path}
    return render("orders/webhook_off", to=seller.email, context=context)


def month_documents(pk: UUID) -> Letter | None:
    """Tell a shop that its documents of a month are there; what is on them stays here."""
    statement = Document.objects.select_related("seller").get(pk=pk)
    seller = statement.seller
    if not seller.email or statement.period is None:
        return None
    page = reverse("selling:documents", args=[seller.slug])
    context = {
        "month": statement.period,
        "link": f"{settings.PUBLIC_URL}{page}?month={statement.period:%Y-%m}",
        "shop": seller.name,
    }
    return render("orders/month_documents", to=seller.email, context=context)


def payout_sent(pk: UUID) -> Letter | None:
    """Tell a shop that its money is on its way, and what it is for."""
    return _about_payout("orders/payout_sent", pk)


def payout_failed(pk: UUID) -> Letter | None:
    """Tell a shop that its money came back, why, and what to do."""
    return _about_payout("orders/payout_failed", pk)


MESSAGES: dict[str, Callable[[UUID], Letter | None]] = {
    **after.MESSAGES,
    "message": message,
    "month_documents": month_documents,
    "placed": placed,
    "new_order": new_order,
    "shipped": shipped,
    "refused": refused,
    "too_late": too_late,
    "webhook_off": webhook_off,
    "transfer": transfer,
    "dispute_opened": dispute_opened,
    "dispute_won": dispute_won,
    "dispute_lost": dispute_lost,
    "payout_sent": payout_sent,
    "payout_failed": payout_failed,
}


def _about_dispute(name: str, pk: UUID) -> Letter | None:
    """Return a letter to the shop whose part of a dispute ``pk`` is."""
    part = DisputePart.objects.select_related("seller_order__order", "seller_order__seller").get(
        pk=pk
    )
    seller_order = part.seller_order
    seller, order = seller_order.seller, seller_order.order
    if not seller.email:
        return None
    own = DisputePart.objects.filter(dispute=part.dispute_id, seller_order=seller_order)
    context = {
        "order": order,
        "seller": seller,
        "amount": total((one.paid for one in own), part.currency),
        "to_post": seller_order.waits,
        # Another bank, or the same about another part, may not have decided yet.
        "may_post": seller_order.waits and not is_disputed(seller_order.pk),
        "is_ours": all(one.stage == Stage.HELD and not one.whole for one in own),
        "page_link": settings.PUBLIC_URL
        + reverse("selling:order", args=[seller.slug, order.number]),
    }
    return render(name, to=seller.email, context=context)


def _about_payout(name: str, pk: UUID) -> Letter | None:
    payout = Payout.objects.select_related("seller", "account").get(pk=pk)
    shop = payout.seller
    if not shop.email:
        return None
    context = {
        "payout": payout,
        "shop": shop,
        "link": settings.PUBLIC_URL + reverse("selling:payout", args=[shop.slug, payout.pk]),
    }
    return render(name, to=shop.email, context=context)

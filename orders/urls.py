"""Routes of orders."""

from django.urls import path

from orders.payments.sandbox import pages
from orders.views import (
    after,
    baskets,
    cases,
    checkouts,
    documents,
    messages,
    orders,
    transfers,
    webhooks,
)

app_name = "orders"

urlpatterns = [
    # Basket
    path("basket/", baskets.basket, name="basket"),
    path("basket/add/", baskets.basket_add, name="basket_add"),
    path("basket/lines/<uuid:line>/", baskets.basket_update, name="basket_update"),
    path("basket/delivery/", baskets.basket_delivery, name="basket_delivery"),
    path("basket/codes/", baskets.basket_code, name="basket_code"),
    path("basket/reopen/", baskets.basket_reopen, name="basket_reopen"),
    path("fragments/header/", baskets.header, name="header"),
    # Checkout
    path("checkout/", checkouts.checkout, name="checkout"),
    path("checkout/pay/<uuid:payment>/", checkouts.pay_again, name="pay_again"),
    path("checkout/transfer/<uuid:payment>/", transfers.transfer, name="transfer"),
    path("checkout/return/<uuid:payment>/", checkouts.pay_return, name="pay_return"),
    # Orders
    path("orders/<slug:token>/", orders.track, name="track"),
    path("orders/<slug:token>/<uuid:part>/cancel/", after.part_cancel, name="part_cancel"),
    path("orders/<slug:token>/<uuid:part>/arrived/", after.part_arrived, name="part_arrived"),
    path("orders/<slug:token>/<uuid:part>/postage/", after.part_postage, name="part_postage"),
    path("account/orders/", orders.my_orders, name="my_orders"),
    path("account/orders/<slug:number>/", orders.my_order, name="my_order"),
    # Their invoices, receipts and credit notes
    path(
        "orders/<slug:token>/documents/<uuid:pk>/",
        documents.track_document,
        name="track_document",
    ),
    path(
        "account/orders/<slug:number>/documents/<uuid:pk>/",
        documents.my_document,
        name="my_document",
    ),
    # Something is wrong, or a book goes back
    path("orders/<slug:token>/problem/<uuid:part>/", cases.problem, name="problem"),
    path("orders/<slug:token>/cases/<uuid:pk>/", cases.case, name="case"),
    path(
        "orders/<slug:token>/cases/<uuid:pk>/photographs/",
        cases.case_photos_add,
        name="case_photos",
    ),
    path(
        "orders/<slug:token>/cases/<uuid:pk>/photographs/<uuid:photo>/<int:width>/",
        cases.case_photo,
        name="case_photo",
    ),
    path("orders/<slug:token>/cases/<uuid:pk>/label/", cases.case_label, name="case_label"),
    path("orders/<slug:token>/cases/<uuid:pk>/<slug:step>/", cases.case_step, name="case_step"),
    path("account/cases/", cases.my_cases, name="my_cases"),
    # Messages to shops, and theirs
    path("account/messages/", messages.inbox, name="messages"),
    path("account/messages/copy/<int:listing>/", messages.ask, name="ask"),
    path("account/messages/order/<uuid:pk>/", messages.about_order, name="message_order"),
    path("account/messages/<uuid:pk>/", messages.thread, name="message"),
    path("account/messages/<uuid:pk>/archive/", messages.archive, name="message_archive"),
    path("account/messages/<uuid:pk>/block/", messages.block, name="message_block"),
    path("account/messages/<uuid:pk>/report/", messages.report, name="message_report"),
    # What payment providers call
    path("webhooks/payments/<slug:provider>/", webhooks.webhook, name="webhook"),
    # The sandbox provider's own page
    path("sandbox-pay/<slug:reference>/", pages.pay, name="sandbox_pay"),
]

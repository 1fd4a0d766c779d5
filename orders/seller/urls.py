"""Routes of a shop's workplace that are about what it has sold."""

from django.urls import URLPattern, path

from orders.seller import (
    after,
    cases,
    documents,
    messages,
    money,
    offers,
    orders,
    paperwork,
    parcels,
    refusals,
    tax,
    today,
    webhooks,
)

urlpatterns: list[URLPattern] = [
    # The start
    path("<slug:shop>/", today.today, name="today"),
    # Many orders
    path("<slug:shop>/orders/", orders.orders, name="orders"),
    path("<slug:shop>/orders/selected/", orders.orders_selected, name="orders_selected"),
    path("<slug:shop>/orders/posted/", parcels.orders_post, name="orders_post"),
    # To print
    path("<slug:shop>/orders/labels/", documents.orders_labels, name="orders_labels"),
    path("<slug:shop>/orders/packing-slips/", documents.orders_slips, name="orders_slips"),
    path("<slug:shop>/orders/pick-list/", documents.orders_pick, name="orders_pick"),
    # One order
    path("<slug:shop>/orders/<slug:number>/", orders.order, name="order"),
    path("<slug:shop>/orders/<slug:number>/accept/", orders.order_accept, name="order_accept"),
    path("<slug:shop>/orders/<slug:number>/post/", parcels.order_post, name="order_post"),
    path("<slug:shop>/orders/<slug:number>/refuse/", refusals.order_refuse, name="order_refuse"),
    path(
        "<slug:shop>/orders/<slug:number>/parcels/<uuid:parcel>/",
        parcels.order_parcel,
        name="order_parcel",
    ),
    # Tax
    path("<slug:shop>/vat/", tax.tax, name="tax"),
    # What it takes off, by codes and of itself
    path("<slug:shop>/offers/", offers.offers, name="offers"),
    path("<slug:shop>/offers/new/", offers.offer_new, name="offer_new"),
    path("<slug:shop>/offers/<uuid:pk>/", offers.offer, name="offer"),
    path("<slug:shop>/offers/<uuid:pk>/end/", offers.offer_end, name="offer_end"),
    path("<slug:shop>/offers/<uuid:campaign>/join/", offers.offer_join, name="offer_join"),
    # Documents of account
    path("<slug:shop>/documents/", paperwork.documents, name="documents"),
    path("<slug:shop>/documents/table/", paperwork.documents_csv, name="documents_csv"),
    path("<slug:shop>/documents/archive/", paperwork.documents_zip, name="documents_zip"),
    path("<slug:shop>/documents/<uuid:pk>/", paperwork.document, name="document"),
    path("<slug:shop>/documents/<uuid:pk>/table/", paperwork.document_csv, name="document_csv"),
    path("<slug:shop>/orders/<slug:number>/goodwill/", cases.order_goodwill, name="order_goodwill"),
    # Returns and claims
    path("<slug:shop>/cases/", cases.case_list, name="cases"),
    path("<slug:shop>/cases/<uuid:pk>/", cases.case, name="case"),
    path("<slug:shop>/cases/<uuid:pk>/photographs/", cases.case_photos_add, name="case_photos"),
    path(
        "<slug:shop>/cases/<uuid:pk>/photographs/<uuid:photo>/<int:width>/",
        cases.case_photo,
        name="case_photo",
    ),
    path("<slug:shop>/cases/<uuid:pk>/label/", cases.case_label, name="case_label"),
    path("<slug:shop>/cases/<uuid:pk>/<slug:step>/", cases.case_answer, name="case_answer"),
    # Money
    path("<slug:shop>/money/", money.money, name="money"),
    path("<slug:shop>/money/lines.csv", money.money_csv, name="money_csv"),
    path("<slug:shop>/money/payouts/", money.payouts, name="payouts"),
    path("<slug:shop>/money/payouts/<uuid:pk>/", money.payout, name="payout"),
    path("<slug:shop>/money/account/", money.payout_account, name="payout_account"),
    path(
        "<slug:shop>/orders/<slug:number>/delivered/", after.order_delivered, name="order_delivered"
    ),
    path("<slug:shop>/orders/<slug:number>/postage/", after.order_postage, name="order_postage"),
    path(
        "<slug:shop>/orders/<slug:number>/postage/withdraw/",
        after.order_postage_withdraw,
        name="order_postage_withdraw",
    ),
    path(
        "<slug:shop>/orders/<slug:number>/cancellation/",
        after.order_cancellation,
        name="order_cancellation",
    ),
    # Messages with readers
    path("<slug:shop>/messages/", messages.inbox, name="messages"),
    path("<slug:shop>/messages/order/<uuid:pk>/", messages.about_order, name="message_order"),
    path("<slug:shop>/messages/<uuid:pk>/", messages.thread, name="message"),
    path("<slug:shop>/messages/<uuid:pk>/archive/", messages.archive, name="message_archive"),
    path("<slug:shop>/messages/<uuid:pk>/block/", messages.block, name="message_block"),
    path("<slug:shop>/messages/<uuid:pk>/report/", messages.report, name="message_report"),
    # What the shop's programs are told
    path("<slug:shop>/webhooks/", webhooks.webhook_list, name="webhooks"),
    path("<slug:shop>/webhooks/add/", webhooks.webhook_add, name="webhook_add"),
    path("<slug:shop>/webhooks/<uuid:pk>/", webhooks.webhook, name="webhook"),
    path("<slug:shop>/webhooks/<uuid:pk>/edit/", webhooks.webhook_edit, name="webhook_edit"),
    path("<slug:shop>/webhooks/<uuid:pk>/secret/", webhooks.webhook_rotate, name="webhook_rotate"),
    path("<slug:shop>/webhooks/<uuid:pk>/switch/", webhooks.webhook_switch, name="webhook_switch"),
    path("<slug:shop>/webhooks/<uuid:pk>/test/", webhooks.webhook_test, name="webhook_test"),
    path("<slug:shop>/webhooks/<uuid:pk>/replay/", webhooks.webhook_replay, name="webhook_replay"),
    path("<slug:shop>/webhooks/<uuid:pk>/remove/", webhooks.webhook_remove, name="webhook_remove"),
    path(
        "<slug:shop>/webhooks/deliveries/<uuid:pk>/",
        webhooks.webhook_delivery,
        name="webhook_delivery",
    ),
    path(
        "<slug:shop>/webhooks/deliveries/<uuid:pk>/replay/",
        webhooks.webhook_delivery_replay,
        name="webhook_delivery_replay",
    ),
]

"""Orders' part of the API."""

from django.urls import path

from orders.api import after, cases, documents, messages, money, selling, views, webhooks

urlpatterns = [
    # Basket
    path("basket/", views.BasketView.as_view(), name="basket"),
    path("basket/lines/", views.LinesView.as_view(), name="basket_lines"),
    path("basket/lines/<uuid:pk>/", views.LineView.as_view(), name="basket_line"),
    path("basket/delivery/", views.DeliveryView.as_view(), name="basket_delivery"),
    path("basket/codes/", views.CodesView.as_view(), name="basket_codes"),
    path("basket/codes/<int:pk>/", views.CodeView.as_view(), name="basket_code"),
    path("basket/reopen/", views.ReopenView.as_view(), name="basket_reopen"),
    # Checkout
    path("checkout/", views.CheckoutView.as_view(), name="checkout"),
    # Orders
    path("orders/", views.OrdersView.as_view(), name="orders"),
    path("orders/<slug:number>/", views.OrderView.as_view(), name="order"),
    path("orders/track/<slug:token>/", views.TrackView.as_view(), name="track"),
    path(
        "orders/<slug:number>/documents/",
        documents.OrderDocumentsView.as_view(),
        name="order_documents",
    ),
    path(
        "orders/<slug:number>/documents/<uuid:pk>/",
        documents.OrderDocumentView.as_view(),
        name="order_document",
    ),
    # After the sale, by account and by token
    path(
        "orders/<slug:number>/parts/<uuid:part>/cancel/",
        after.CancelView.as_view(),
        name="part_cancel",
    ),
    path(
        "orders/<slug:number>/parts/<uuid:part>/arrived/",
        after.ArrivedView.as_view(),
        name="part_arrived",
    ),
    path(
        "orders/<slug:number>/parts/<uuid:part>/postage/",
        after.PostageView.as_view(),
        name="part_postage",
    ),
    path(
        "orders/track/<slug:token>/parts/<uuid:part>/cancel/",
        after.TrackCancelView.as_view(),
        name="track_cancel",
    ),
    path(
        "orders/track/<slug:token>/parts/<uuid:part>/arrived/",
        after.TrackArrivedView.as_view(),
        name="track_arrived",
    ),
    path(
        "orders/track/<slug:token>/parts/<uuid:part>/postage/",
        after.TrackPostageView.as_view(),
        name="track_postage",
    ),
    # What a shop has sold
    path("selling/<slug:shop>/orders/", selling.SoldOrdersView.as_view(), name="sold_orders"),
    path(
        "selling/<slug:shop>/orders/<slug:number>/",
        selling.SoldOrderView.as_view(),
        name="sold_order",
    ),
    path(
        "selling/<slug:shop>/orders/<slug:number>/accept/",
        selling.AcceptView.as_view(),
        name="sold_accept",
    ),
    path(
        "selling/<slug:shop>/orders/<slug:number>/refusals/",
        selling.RefusalsView.as_view(),
        name="sold_refusals",
    ),
    path(
        "selling/<slug:shop>/orders/<slug:number>/shipments/",
        selling.ShipmentsView.as_view(),
        name="sold_shipments",
    ),
    path(
        "selling/<slug:shop>/orders/<slug:number>/history/",
        after.SoldHistoryView.as_view(),
        name="sold_history",
    ),
    path(
        "selling/<slug:shop>/orders/<slug:number>/delivered/",
        after.SoldDeliveredView.as_view(),
        name="sold_delivered",
    ),
    path(
        "selling/<slug:shop>/orders/<slug:number>/extra-postage/",
        after.SoldPostageView.as_view(),
        name="sold_postage",
    ),
    path(
        "selling/<slug:shop>/orders/<slug:number>/cancellation/",
        after.SoldCancellationView.as_view(),
        name="sold_cancellation",
    ),
    path(
        "selling/<slug:shop>/orders/<slug:number>/shipments/<uuid:parcel>/",
        after.SoldParcelView.as_view(),
        name="sold_parcel",
    ),
    # To print
    path("selling/<slug:shop>/documents/labels/", selling.LabelsView.as_view(), name="sold_labels"),
    path(
        "selling/<slug:shop>/documents/packing-slips/",
        selling.PackingSlipsView.as_view(),
        name="sold_slips",
    ),
    path(
        "selling/<slug:shop>/documents/pick-list/",
        selling.PickListView.as_view(),
        name="sold_pick_list",
    ),
    # Documents of account
    path(
        "selling/<slug:shop>/documents/",
        documents.OwnDocumentsView.as_view(),
        name="own_documents",
    ),
    path(
        "selling/<slug:shop>/documents/<uuid:pk>/",
        documents.OwnDocumentView.as_view(),
        name="own_document",
    ),
    # Returns and claims
    path("cases/", cases.CasesView.as_view(), name="cases"),
    path("cases/<uuid:pk>/", cases.CaseView.as_view(), name="case"),
    path("cases/<uuid:pk>/steps/", cases.CaseStepsView.as_view(), name="case_steps"),
    path(
        "cases/<uuid:pk>/photographs/", cases.CasePhotographsView.as_view(), name="case_photographs"
    ),
    path(
        "cases/<uuid:pk>/photographs/<uuid:photo>/<int:width>/",
        cases.CasePhotographView.as_view(),
        name="case_photograph",
    ),
    path("cases/<uuid:pk>/label/", cases.CaseLabelView.as_view(), name="case_label"),
    # Returns and claims of a shop
    path("selling/<slug:shop>/cases/", cases.ShopCasesView.as_view(), name="selling_cases"),
    path("selling/<slug:shop>/cases/<uuid:pk>/", cases.ShopCaseView.as_view(), name="selling_case"),
    path(
        "selling/<slug:shop>/cases/<uuid:pk>/steps/",
        cases.ShopCaseStepsView.as_view(),
        name="selling_case_steps",
    ),
    path(
        "selling/<slug:shop>/cases/<uuid:pk>/photographs/",
        cases.ShopCasePhotographsView.as_view(),
        name="selling_case_photographs",
    ),
    path(
        "selling/<slug:shop>/cases/<uuid:pk>/photographs/<uuid:photo>/<int:width>/",
        cases.ShopCasePhotographView.as_view(),
        name="selling_case_photograph",
    ),
    # Money of a shop
    path("selling/<slug:shop>/money/", money.MoneyView.as_view(), name="selling_money"),
    path("selling/<slug:shop>/money/lines/", money.LinesView.as_view(), name="selling_money_lines"),
    path("selling/<slug:shop>/money/payouts/", money.PayoutsView.as_view(), name="selling_payouts"),
    path(
        "selling/<slug:shop>/money/payouts/<uuid:pk>/",
        money.PayoutView.as_view(),
        name="selling_payout",
    ),
    path(
        "selling/<slug:shop>/money/payouts/<uuid:pk>/lines/",
        money.PayoutLinesView.as_view(),
        name="selling_payout_lines",
    ),
    # Messages
    path("messages/", messages.ThreadsView.as_view(), name="messages"),
    path("messages/<uuid:pk>/", messages.ThreadView.as_view(), name="message"),
    path("messages/<uuid:pk>/texts/", messages.TextsView.as_view(), name="message_texts"),
    path("messages/<uuid:pk>/report/", messages.ReportView.as_view(), name="message_report"),
    # Messages of a shop
    path(
        "selling/<slug:shop>/messages/",
        messages.SellingThreadsView.as_view(),
        name="selling_messages",
    ),
    path(
        "selling/<slug:shop>/messages/<uuid:pk>/",
        messages.SellingThreadView.as_view(),
        name="selling_message",
    ),
    path(
        "selling/<slug:shop>/messages/<uuid:pk>/texts/",
        messages.SellingTextsView.as_view(),
        name="selling_message_texts",
    ),
    path(
        "selling/<slug:shop>/messages/<uuid:pk>/report/",
        messages.SellingReportView.as_view(),
        name="selling_message_report",
    ),
    # What a shop's programs are told
    path("selling/<slug:shop>/webhooks/", webhooks.WebhooksView.as_view(), name="webhooks"),
    path("selling/<slug:shop>/webhooks/<uuid:pk>/", webhooks.WebhookView.as_view(), name="webhook"),
    path(
        "selling/<slug:shop>/webhooks/<uuid:pk>/secret/",
        webhooks.SecretView.as_view(),
        name="webhook_secret",
    ),
    path(
        "selling/<slug:shop>/webhooks/<uuid:pk>/test/",
        webhooks.TestView.as_view(),
        name="webhook_test",
    ),
    path(
        "selling/<slug:shop>/webhooks/<uuid:pk>/replay/",
        webhooks.ReplayView.as_view(),
        name="webhook_replay",
    ),
    path(
        "selling/<slug:shop>/webhooks/<uuid:pk>/deliveries/",
        webhooks.DeliveriesView.as_view(),
        name="webhook_deliveries",
    ),
    path(
        "selling/<slug:shop>/webhooks/deliveries/<uuid:pk>/",
        webhooks.DeliveryView.as_view(),
        name="webhook_delivery",
    ),
    path(
        "selling/<slug:shop>/webhooks/deliveries/<uuid:pk>/replay/",
        webhooks.DeliveryReplayView.as_view(),
        name="webhook_delivery_replay",
    ),
]

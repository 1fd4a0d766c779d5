"""Orders' part of the API."""

from django.urls import path

from orders.api import views

urlpatterns = [
    # Basket
    path("basket/", views.BasketView.as_view(), name="basket"),
    path("basket/lines/", views.LinesView.as_view(), name="basket_lines"),
    path("basket/lines/<uuid:pk>/", views.LineView.as_view(), name="basket_line"),
    path("basket/delivery/", views.DeliveryView.as_view(), name="basket_delivery"),
    path("basket/reopen/", views.ReopenView.as_view(), name="basket_reopen"),
    # Checkout
    path("checkout/", views.CheckoutView.as_view(), name="checkout"),
    # Orders
    path("orders/", views.OrdersView.as_view(), name="orders"),
    path("orders/<slug:number>/", views.OrderView.as_view(), name="order"),
    path("orders/track/<slug:token>/", views.TrackView.as_view(), name="track"),
]

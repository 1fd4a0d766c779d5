"""Payment by bank transfer: no provider but the buyer's bank and ours.

``books`` keeps what we wait for, ``client`` is the PaymentProvider that the rest of orders knows, and
``pages`` tells the buyer where to send the money. That it has come is told by the account's statement:
``orders.services.transfers.received``.
"""

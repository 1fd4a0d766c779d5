"""Stripe: hosted checkout pages, refunds, disputes, and transfers to shops (Connect).

``api`` is the SDK, configured, with its errors told as ours; ``reading`` turns Stripe's objects into
ours; ``client`` is the PaymentProvider that the rest of orders knows; ``webhooks`` reads its messages;
``connect`` pays shops. Card numbers never pass through us: the buyer types them on Stripe's page.
"""

"""Say of payments and refunds of before what their providers had said of the money."""

from django.db import migrations

FILL = """
INSERT INTO orders_paymentevent (payment_id, provider, event_id, type, kind, reference, amount_minor,
        currency, payload, happened_at, created_at)
    SELECT id, provider, 'own:' || id || ':charge_success:' || reference, 'of before', 'charge_success', reference,
           amount_minor, currency, '{}', captured_at, now()
    FROM orders_payment WHERE status = 'captured' AND captured_at IS NOT NULL
    ON CONFLICT (provider, event_id) DO NOTHING;
INSERT INTO orders_paymentevent (payment_id, provider, event_id, type, kind, reference, amount_minor,
        currency, payload, happened_at, created_at)
    SELECT payment.id, payment.provider, 'own:' || payment.id || ':refund_success:' || refund.reference, 'of before',
           'refund_success', refund.reference, refund.amount_minor - refund.gift_minor,
           refund.currency, '{}', refund.updated_at, now()
    FROM orders_refund refund JOIN orders_payment payment ON payment.id = refund.payment_id
    WHERE refund.status = 'settled' AND refund.amount_minor > refund.gift_minor
        AND refund.reference <> ''
    ON CONFLICT (provider, event_id) DO NOTHING;
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0016_payments")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]

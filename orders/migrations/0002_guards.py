"""Rules that only the database can keep: history stays, and no more is given back than was taken."""

from django.db import migrations

from books4all.lib.models import append_only

REFUND_GUARD = """
CREATE FUNCTION b4a_refund_at_most_captured() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    captured bigint;
    refunded bigint;
BEGIN
    -- What goes to gift cards is not the provider's to give back.
    -- The lock makes refunds of one payment wait for each other: both would see the other missing.
    SELECT amount_minor INTO captured FROM orders_payment
        WHERE id = NEW.payment_id AND status = 'captured' FOR UPDATE;
    SELECT coalesce(sum(amount_minor - gift_minor), 0) INTO refunded FROM orders_refund
        WHERE payment_id = NEW.payment_id AND status <> 'failed' AND id <> NEW.id;
    IF NEW.status <> 'failed'
       AND refunded + NEW.amount_minor - NEW.gift_minor > coalesce(captured, 0) THEN
        RAISE EXCEPTION 'refunds of payment % would exceed what was captured', NEW.payment_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_at_most_captured';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refund_at_most_captured BEFORE INSERT OR UPDATE ON orders_refund
    FOR EACH ROW EXECUTE FUNCTION b4a_refund_at_most_captured();
"""
REFUND_GUARD_GONE = """
DROP TRIGGER IF EXISTS refund_at_most_captured ON orders_refund;
DROP FUNCTION IF EXISTS b4a_refund_at_most_captured();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0001_initial"), ("catalog", "0002_guards")]

    operations = [
        *append_only(["orders_paymentevent", "orders_orderevent"]),
        migrations.RunSQL(REFUND_GUARD, REFUND_GUARD_GONE),
    ]

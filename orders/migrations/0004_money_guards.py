"""Rules of money that only the database can keep: the ledger balances, what is written stays, and no more
is given back than was paid."""

from django.db import migrations

from books4all.lib.models import append_only

BALANCED = """
CREATE FUNCTION b4a_entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry bigint;
    expected integer;
    written integer;
    off text;
BEGIN
    entry := CASE TG_TABLE_NAME WHEN 'orders_posting' THEN (to_jsonb(NEW)->>'entry_id')::bigint
             ELSE NEW.id END;
    SELECT legs INTO expected FROM orders_journalentry WHERE id = entry;
    SELECT count(*) INTO written FROM orders_posting WHERE entry_id = entry;
    IF written <> expected THEN
        RAISE EXCEPTION 'journal entry % has % postings, not the % it says', entry, written, expected
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journalentry_complete';
    END IF;
    SELECT string_agg(currency || ' ' || total, ', ') INTO off FROM (
        SELECT account.currency, sum(amount_minor) AS total
        FROM orders_posting posting JOIN orders_ledgeraccount account ON account.id = account_id
        WHERE entry_id = entry GROUP BY account.currency HAVING sum(amount_minor) <> 0
    ) sums;
    IF off IS NOT NULL THEN
        RAISE EXCEPTION 'journal entry % is out of balance: %', entry, off
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journalentry_balances';
    END IF;
    RETURN NULL;
END $$;
-- At the end of the transaction: the legs are written one after the other.
CREATE CONSTRAINT TRIGGER journalentry_balances AFTER INSERT ON orders_journalentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION b4a_entry_balances();
CREATE CONSTRAINT TRIGGER posting_balances AFTER INSERT ON orders_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION b4a_entry_balances();
"""
BALANCED_GONE = """
DROP TRIGGER IF EXISTS posting_balances ON orders_posting;
DROP TRIGGER IF EXISTS journalentry_balances ON orders_journalentry;
DROP FUNCTION IF EXISTS b4a_entry_balances();
"""

# A refund that failed is tried again, never replaced: its lines count all the same.
REFUND_LINE_GUARD = """
CREATE FUNCTION b4a_refund_line_at_most_paid() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    line_paid bigint;
    refunded bigint;
BEGIN
    SELECT paid_minor INTO line_paid FROM orders_orderline
        WHERE id = NEW.order_line_id FOR NO KEY UPDATE;
    SELECT coalesce(sum(paid_minor), 0) INTO refunded FROM orders_refundline
        WHERE order_line_id = NEW.order_line_id AND id <> NEW.id;
    IF refunded + NEW.paid_minor > line_paid THEN
        RAISE EXCEPTION 'refunds of order line % would exceed what was paid', NEW.order_line_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refundline_at_most_paid';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refundline_at_most_paid BEFORE INSERT OR UPDATE ON orders_refundline
    FOR EACH ROW EXECUTE FUNCTION b4a_refund_line_at_most_paid();
"""
REFUND_LINE_GUARD_GONE = """
DROP TRIGGER IF EXISTS refundline_at_most_paid ON orders_refundline;
DROP FUNCTION IF EXISTS b4a_refund_line_at_most_paid();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_working_days")]

    operations = [
        *append_only(["orders_journalentry", "orders_posting"]),
        migrations.RunSQL(BALANCED, BALANCED_GONE),
        # An account is what its postings stand in: it is never another's.
        *append_only(["orders_ledgeraccount"]),
        migrations.RunSQL(REFUND_LINE_GUARD, REFUND_LINE_GUARD_GONE),
    ]

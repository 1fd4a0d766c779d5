"""Rules of payouts that only the database can keep: what was claimed or matched stays, a payout is exactly
what its lines come to, and the lines are its own seller's."""

from django.db import migrations

from books4all.lib.models import append_only

ITEMS = """
CREATE FUNCTION b4a_payout_item_of_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM orders_posting posting
        JOIN orders_ledgeraccount account ON account.id = posting.account_id
        JOIN orders_payout payout
            ON payout.seller_id = account.seller_id AND payout.currency = account.currency
        WHERE posting.id = NEW.posting_id AND payout.id = NEW.payout_id
          AND account.kind = 'seller_available'
    ) THEN
        RAISE EXCEPTION 'posting % is not of the seller of payout %', NEW.posting_id, NEW.payout_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payoutitem_of_seller';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payoutitem_of_seller BEFORE INSERT ON orders_payoutitem
    FOR EACH ROW EXECUTE FUNCTION b4a_payout_item_of_seller();

CREATE FUNCTION b4a_payout_is_its_items() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    claimed bigint;
BEGIN
    SELECT coalesce(-sum(posting.amount_minor), 0) INTO claimed
        FROM orders_payoutitem item
        JOIN orders_posting posting ON posting.id = item.posting_id
        JOIN orders_journalentry entry ON entry.id = posting.entry_id
        WHERE item.payout_id = NEW.id
          -- Not what was made of the payout itself.
          AND split_part(entry.source, ':', 2) <> NEW.id::text;
    IF claimed <> NEW.amount_minor THEN
        RAISE EXCEPTION 'payout % is of %, its lines come to %', NEW.id, NEW.amount_minor, claimed
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payout_is_its_items';
    END IF;
    RETURN NULL;
END $$;
-- At the end of the transaction: the lines are stamped after the payout is written.
CREATE CONSTRAINT TRIGGER payout_is_its_items AFTER INSERT OR UPDATE OF amount_minor ON orders_payout
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION b4a_payout_is_its_items();
"""
ITEMS_GONE = """
DROP TRIGGER IF EXISTS payout_is_its_items ON orders_payout;
DROP FUNCTION IF EXISTS b4a_payout_is_its_items();
DROP TRIGGER IF EXISTS payoutitem_of_seller ON orders_payoutitem;
DROP FUNCTION IF EXISTS b4a_payout_item_of_seller();
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0005_document_guards")]

    operations = [
        *append_only(
            [
                "orders_payoutaccount",
                "orders_payoutitem",
                "orders_bankstatement",
                "orders_bankline",
                "orders_bankmatch",
            ]
        ),
        migrations.RunSQL(ITEMS, ITEMS_GONE),
    ]

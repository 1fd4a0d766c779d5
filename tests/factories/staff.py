"""A row of every model, as many as asked for, hung on the same parents: what admin pages show."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import Model
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import models as accounts
from catalog import models as catalog
from orders import models as orders
from orders.constants import AccountKind
from tests.factories import accounts as people
from tests.factories import catalog as books
from tests.factories import covers as pictures
from tests.factories import orders as sales
from tests.factories import payments as money
from tests.factories import payouts
from tests.factories import promotions as offers
from tests.factories import webhooks as hooks

Maker = Callable[[int], Any]


class World:
    """One parent of each kind in ``first``; ``grow`` adds rows, children to those parents."""

    def __init__(self) -> None:
        user = people.UserFactory()
        seller = people.SellerFactory()
        work = books.WorkFactory(author="George Eliot")
        edition = books.EditionFactory(work=work)
        listing = books.ListingFactory(edition=edition, seller=seller)
        order = sales.OrderFactory(user=user)
        part = sales.SellerOrderFactory(order=order, seller=seller)
        self.number = 0
        self.first: dict[type[Model], Any] = {
            accounts.User: user,
            accounts.Seller: seller,
            catalog.Work: work,
            catalog.Edition: edition,
            catalog.Listing: listing,
            catalog.Person: books.PersonFactory(),
            catalog.Series: books.SeriesFactory(),
            catalog.Subject: books.SubjectFactory(),
            catalog.ReadingList: books.ReadingListFactory(user=user),
            orders.Basket: sales.BasketFactory(user=user),
            orders.Order: order,
            orders.SellerOrder: part,
            orders.Payment: sales.PaymentFactory(order=order),
            orders.Promotion: offers.PromotionFactory(),
            orders.GiftCard: offers.GiftCardFactory(),
            orders.Thread: sales.ThreadFactory(),
            orders.LedgerAccount: self._account(AccountKind.SELLER_AVAILABLE, seller),
            ProcrastinateJob: ProcrastinateJob.objects.get(pk=job()),
        }

    def grow(self, rows: int) -> None:
        """Add ``rows`` rows of every model."""
        for _ in range(rows):
            self.number += 1
            for model, make in self.makers().items():
                made = make(self.number)
                self.first.setdefault(model, made)

    def makers(self) -> dict[type[Model], Maker]:
        """Return how to make the n-th row of every model."""
        return {
            **self._people(),
            **self._books(),
            **self._readers(),
            **self._sales(),
            **self._payments(),
            **self._payouts(),
            **self._site(),
        }

    def _account(self, kind: AccountKind, seller: accounts.Seller) -> orders.LedgerAccount:
        return orders.LedgerAccount.objects.create(kind=kind, seller=seller, currency="GBP")

    def _people(self) -> dict[type[Model], Maker]:
        first = self.first
        return {
            Group: lambda n: Group.objects.create(name=f"Group {n}"),
            accounts.User: lambda _n: people.UserFactory(),
            accounts.Address: lambda _n: people.AddressFactory(user=first[accounts.User]),
            accounts.Seller: lambda _n: people.SellerFactory(),
            accounts.Closure: lambda n: people.ClosureFactory(
                seller=first[accounts.Seller], first_day=date(2030, 1, 1) + timedelta(days=3 * n)
            ),
            accounts.SellerStanding: lambda n: (
                people.SellerStandingFactory(in_time=0),
                people.SellerStandingFactory(seller=first[accounts.Seller], days=n + 1000),
            )[0],
            accounts.SellerMember: lambda _n: (
                people.SellerMemberFactory(user=first[accounts.User]),
                people.SellerMemberFactory(seller=first[accounts.Seller]),
            )[0],
            accounts.SellerDetails: lambda _n: people.SellerDetailsFactory(
                lawful_by=first[accounts.User]
            ),
            accounts.SellerInvitation: lambda _n: people.SellerInvitationFactory(
                seller=first[accounts.Seller], invited_by=first[accounts.User]
            ),
            accounts.SellerEvent: lambda _n: people.SellerEventFactory(
                seller=first[accounts.Seller]
            ),
        }

    def _books(self) -> dict[type[Model], Maker]:
        first = self.first
        work, edition = first[catalog.Work], first[catalog.Edition]
        return {
            catalog.Person: lambda _n: books.PersonFactory(),
            catalog.Publisher: lambda _n: books.PublisherFactory(),
            catalog.Series: lambda _n: books.SeriesFactory(),
            catalog.SeriesEntry: lambda _n: (
                books.SeriesEntryFactory(work=work),
                books.SeriesEntryFactory(series=first[catalog.Series]),
            )[0],
            catalog.Subject: lambda _n: books.SubjectFactory(parent=first[catalog.Subject]),
            catalog.Work: lambda _n: books.WorkFactory(),
            catalog.WorkSubject: lambda _n: books.WorkSubjectFactory(work=work, is_main=False),
            catalog.Edition: lambda _n: books.EditionFactory(work=work),
            catalog.Contribution: lambda _n: books.ContributionFactory(
                work=work, edition=books.EditionFactory(work=work)
            ),
            catalog.Identifier: lambda n: books.IdentifierFactory(
                edition=edition, value=f"978{n:010}"
            ),
            catalog.SearchDocument: lambda _n: books.SearchDocumentFactory(),
            catalog.Listing: lambda _n: books.ListingFactory(
                edition=edition, seller=first[accounts.Seller]
            ),
            catalog.StockMovement: lambda _n: books.StockMovementFactory(
                listing=first[catalog.Listing], actor=people.UserFactory()
            ),
            catalog.PersonName: lambda n: catalog.PersonName.objects.create(
                person=first[catalog.Person], name=f"Name {n}", kind="other", spelling=f"name {n}"
            ),
            catalog.Redirect: lambda n: catalog.Redirect.objects.create(
                kind="work", old_slug=f"old-{n}", old_id=10_000_000 + n, target_id=work.pk
            ),
            catalog.Merge: lambda n: catalog.Merge.objects.create(
                kind="work",
                kept_id=work.pk,
                kept_name="A",
                gone_id=10_000_000 + n,
                gone_name="B",
                manifest={},
                actor=people.UserFactory(),
            ),
            catalog.Duplicate: lambda n: catalog.Duplicate.objects.create(
                kind="work", first_id=work.pk, second_id=10_000_000 + n, reason="same_name"
            ),
            catalog.CatalogueImport: lambda n: catalog.CatalogueImport.objects.create(
                file="imports/a.xml",
                file_name=f"feed-{n}.xml",
                format="onix",
                rank=30,
                started_by=people.UserFactory(),
            ),
            catalog.ImportRecord: lambda n: catalog.ImportRecord.objects.create(
                catalogue_import=first[catalog.CatalogueImport],
                number=n,
                title=f"Book {n}",
                outcome="created",
                edition=edition,
                problems=[{"field": "Pages", "message": "No number.", "remedy": "", "value": "x"}],
            ),
            catalog.ImportChange: lambda n: catalog.ImportChange.objects.create(
                catalogue_import=first[catalog.CatalogueImport],
                kind="kept",
                table="catalog_work",
                keys=[n],
            ),
            catalog.EditionSource: lambda n: catalog.EditionSource.objects.create(
                edition=edition, source="onix:", reference=f"ref.{n}", rank=30
            ),
            catalog.MatchDoubt: lambda _n: catalog.MatchDoubt.objects.create(
                kind="edition",
                reason="thin_record",
                edition=edition,
                candidate=books.EditionFactory(work=work),
            ),
            catalog.ListingPhoto: lambda _n: pictures.ListingPhotoFactory(
                listing=first[catalog.Listing]
            ),
            catalog.PhotoOriginal: lambda _n: pictures.PhotoOriginalFactory(
                photo__listing=first[catalog.Listing]
            ),
            catalog.PriceChange: lambda n: catalog.PriceChange.objects.create(
                listing=first[catalog.Listing], price_minor=n, currency="GBP", offered=True
            ),
            catalog.BulkEdit: lambda _n: catalog.BulkEdit.objects.create(
                seller=first[accounts.Seller], action="pause", actor=people.UserFactory()
            ),
            catalog.BulkChange: lambda n: catalog.BulkChange.objects.create(
                edit=first[catalog.BulkEdit], listing_id=n, sku=f"S-{n}"
            ),
            catalog.Cover: lambda _n: pictures.CoverFactory(edition=edition),
            catalog.CoverOriginal: lambda _n: pictures.CoverOriginalFactory(cover__edition=edition),
            catalog.InventoryImport: lambda n: catalog.InventoryImport.objects.create(
                seller=first[accounts.Seller],
                file="inventory/a",
                file_name=f"stock-{n}.csv",
                format="table",
                started_by=people.UserFactory(),
            ),
            catalog.InventoryRow: lambda n: catalog.InventoryRow.objects.create(
                inventory_import=first[catalog.InventoryImport],
                number=n,
                title=f"Book {n}",
                outcome="refused",
                problems=[{"field": "price", "message": "No price.", "remedy": "", "value": "x"}],
            ),
            catalog.InventorySettings: lambda n: catalog.InventorySettings.objects.create(
                seller=first[accounts.Seller], columns=f"{n:064}", mapping={"1": "sku"}
            ),
            catalog.DeliveryRate: lambda n: books.DeliveryRateFactory(
                seller=first[accounts.Seller], destination=f"{chr(65 + n // 26)}{chr(65 + n % 26)}"
            ),
        }

    def _readers(self) -> dict[type[Model], Maker]:
        first = self.first
        return {
            catalog.Review: lambda _n: (
                books.ReviewFactory(work=first[catalog.Work]),
                books.SellerReviewFactory(seller=first[accounts.Seller], status="pending"),
            )[0],
            catalog.ReadingList: lambda n: books.ReadingListFactory(
                user=first[accounts.User], name=f"List {n}"
            ),
            catalog.ReadingListItem: lambda _n: books.ReadingListItemFactory(
                reading_list=first[catalog.ReadingList]
            ),
            catalog.Want: lambda _n: books.WantFactory(user=first[accounts.User]),
            catalog.WantMatch: lambda _n: books.WantMatchFactory(),
        }

    def _payments(self) -> dict[type[Model], Maker]:
        first = self.first
        payment, part = first[orders.Payment], first[orders.SellerOrder]
        return {
            orders.Dispute: lambda _n: money.DisputeFactory(payment=payment),
            orders.DisputePart: lambda _n: money.DisputePartFactory(
                dispute=money.DisputeFactory(payment=payment), seller_order=part
            ),
            orders.DisputeFile: lambda _n: money.DisputeFileFactory(dispute__payment=payment),
            orders.BankTransfer: lambda _n: money.BankTransferFactory(),
            orders.TransferReceipt: lambda _n: money.TransferReceiptFactory(),
            orders.SandboxRefund: lambda _n: money.SandboxRefundFactory(),
            orders.SandboxDispute: lambda _n: money.SandboxDisputeFactory(),
        }

    def _sales(self) -> dict[type[Model], Maker]:
        first = self.first
        order, part = first[orders.Order], first[orders.SellerOrder]
        basket, payment = first[orders.Basket], first[orders.Payment]
        return {
            orders.Basket: lambda _n: sales.BasketFactory(),
            orders.BasketLine: lambda _n: sales.BasketLineFactory(basket=basket),
            orders.BasketParcel: lambda _n: sales.BasketParcelFactory(basket=basket),
            orders.IdempotencyKey: lambda _n: sales.IdempotencyKeyFactory(),
            orders.Order: lambda _n: sales.OrderFactory(user=first[accounts.User]),
            orders.SellerOrder: lambda _n: sales.SellerOrderFactory(order=order),
            orders.OrderLine: lambda _n: sales.OrderLineFactory(seller_order=part),
            orders.Document: lambda _n: sales.DocumentFactory(
                seller_order=part, refers_to=first.get(orders.Document)
            ),
            orders.DocumentSeries: lambda _n: (
                sales.DocumentFactory(issuer=people.SellerFactory()).series
            ),
            orders.Hold: lambda _n: sales.HoldFactory(order=order),
            orders.Shipment: lambda _n: sales.ShipmentFactory(seller_order=part),
            orders.ShipmentLine: lambda _n: sales.ShipmentLineFactory(shipment__seller_order=part),
            orders.Refusal: lambda _n: sales.RefusalFactory(
                seller_order=part, refund__payment=payment, refund__amount_minor=1
            ),
            orders.RefusalLine: lambda _n: sales.RefusalLineFactory(
                refusal__seller_order=part,
                refusal__refund__amount_minor=1,
                refusal__refund__payment=payment,
            ),
            orders.Case: lambda _n: sales.CaseFactory(),
            orders.CaseLine: lambda _n: sales.CaseLineFactory(case__seller_order=part),
            orders.CasePhoto: lambda _n: sales.CasePhotoFactory(case=first[orders.Case]),
            orders.ExtraPostage: lambda _n: sales.ExtraPostageFactory(
                seller_order=part, status="refused"
            ),
            orders.CancelRequest: lambda _n: sales.CancelRequestFactory(),
            orders.Reminder: lambda _n: sales.ReminderFactory(),
            orders.OrderEvent: lambda _n: sales.OrderEventFactory(
                order=order, seller_order=part, actor=people.UserFactory(), type="payment_problem"
            ),
            orders.Payment: lambda _n: sales.PaymentFactory(),
            orders.PaymentEvent: lambda _n: sales.PaymentEventFactory(payment=payment),
            orders.Refund: lambda _n: sales.RefundFactory(
                payment=payment, seller_order=part, amount_minor=1, status="failed"
            ),
            orders.Promotion: lambda _n: offers.PromotionFactory(seller=first[accounts.Seller]),
            orders.PromotionShop: lambda _n: offers.PromotionShopFactory(
                promotion=first[orders.Promotion]
            ),
            orders.PromotionUse: lambda _n: offers.PromotionUseFactory(
                promotion=first[orders.Promotion]
            ),
            orders.GiftCard: lambda _n: offers.GiftCardFactory(),
            orders.GiftCardUse: lambda _n: offers.GiftCardUseFactory(card=first[orders.GiftCard]),
            orders.BasketCode: lambda _n: offers.BasketCodeFactory(
                basket=first[orders.Basket], promotion=offers.PromotionFactory()
            ),
            orders.RefundLine: lambda _n: sales.RefundLineFactory(
                refund=first[orders.Refund], order_line__seller_order=part
            ),
            orders.JournalEntry: lambda n: sales.entry_of_two(
                first[orders.LedgerAccount],
                self._account(AccountKind.SELLER_PENDING, people.SellerFactory()),
                source=f"shipment:{n}",
                order=order,
                seller_order=part,
            ),
            orders.Posting: lambda n: first[orders.JournalEntry].postings.first(),
            orders.CheckRun: lambda n: orders.CheckRun.objects.create(
                finished_at=timezone.now(), found=1, findings=[finding(n)]
            ),
            orders.StaffRequest: lambda n: (
                orders.StaffRequest.objects.create(
                    **asked(part), status="done", done_at=timezone.now(), made=f"refund:{n}"
                ),
                orders.StaffRequest.objects.create(**asked(part)),
            )[0],
            orders.SandboxPayment: lambda _n: sales.SandboxPaymentFactory(),
            orders.Thread: lambda _n: sales.ThreadFactory(
                listing=books.ListingFactory(seller=first[accounts.Seller])
            ),
            orders.Message: lambda _n: sales.MessageFactory(
                thread=first[orders.Thread], author=people.UserFactory()
            ),
            orders.MessageReport: lambda _n: (
                sales.MessageReportFactory(),
                sales.MessageReportFactory(thread=first[orders.Thread], handled_at=timezone.now()),
            )[0],
            orders.WebhookEndpoint: lambda _n: (
                hooks.WebhookEndpointFactory(),
                hooks.WebhookEndpointFactory(seller=first[accounts.Seller]),
            )[0],
            orders.WebhookMessage: lambda _n: hooks.WebhookMessageFactory(
                seller=first[accounts.Seller]
            ),
            orders.WebhookDelivery: lambda _n: (
                hooks.WebhookDeliveryFactory(endpoint=first[orders.WebhookEndpoint], state="dead"),
                hooks.WebhookDeliveryFactory(message=first[orders.WebhookMessage]),
            )[0],
            orders.WebhookAttempt: lambda _n: hooks.WebhookAttemptFactory(
                delivery=first[orders.WebhookDelivery]
            ),
            orders.MessageBlock: lambda _n: sales.MessageBlockFactory(),
            orders.CommissionRule: lambda _n: sales.CommissionRuleFactory(
                seller=people.SellerFactory(), subject=books.SubjectFactory()
            ),
            orders.TaxRate: lambda n: sales.TaxRateFactory(
                valid_from=date(2026, 1, 1) + timedelta(days=n),
                valid_to=date(2026, 1, 1) + timedelta(days=n),
            ),
            orders.RemitRule: lambda _n: sales.RemitRuleFactory(),
            orders.ShopTax: lambda _n: sales.ShopTaxFactory(),
        }

    def _payouts(self) -> dict[type[Model], Maker]:
        first, shop = self.first, payouts.payable()
        return {
            orders.PayoutAccount: lambda _n: payouts.PayoutAccountFactory(
                seller=first[accounts.Seller]
            ),
            orders.PayoutTerms: lambda _n: payouts.PayoutTermsFactory(),
            orders.PayoutBatch: lambda _n: payouts.PayoutBatchFactory(),
            orders.Payout: lambda _n: self._in_a_file(payouts.paid_out(shop)),
            orders.PayoutItem: lambda _n: payouts.paid_out(shop).items.first(),
            orders.ReserveHold: lambda _n: payouts.ReserveHoldFactory(),
            orders.BankStatement: lambda _n: payouts.BankStatementFactory(),
            orders.BankLine: lambda _n: payouts.BankLineFactory(
                statement=first[orders.BankStatement]
            ),
            orders.BankMatch: lambda _n: payouts.BankMatchFactory(),
            orders.ProviderSettlement: lambda _n: payouts.ProviderSettlementFactory(),
            orders.SettlementLine: lambda _n: payouts.SettlementLineFactory(
                settlement=first[orders.ProviderSettlement]
            ),
            orders.SandboxMovement: lambda n: orders.SandboxMovement.objects.create(
                reference=f"ch_{n}", about="x", settlement="po", amount_minor=1, fee_minor=0,
                currency="GBP",
            ),
        }  # fmt: skip

    def _in_a_file(self, payout: orders.Payout) -> orders.Payout:
        orders.Payout.objects.filter(pk=payout.pk).update(batch=self.first[orders.PayoutBatch])
        payout.refresh_from_db()
        return payout

    def _site(self) -> dict[type[Model], Maker]:
        user = self.first[accounts.User]
        kind = ContentType.objects.get_for_model(accounts.User)
        return {
            LogEntry: lambda n: LogEntry.objects.create(
                user=user,
                content_type=kind,
                object_id=str(user.pk),
                object_repr=f"User {n}",
                action_flag=CHANGE,
                change_message="Approved",
            ),
            orders.UnsentMail: lambda _n: orders.UnsentMail.objects.get(
                pk=job(events_of=getattr(self.first.get(orders.UnsentMail), "pk", None))
            ),
            ProcrastinateJob: lambda _n: ProcrastinateJob.objects.get(
                pk=job(events_of=self.first[ProcrastinateJob].pk)
            ),
        }


def asked(part: orders.SellerOrder) -> dict[str, Any]:
    """Return the columns of a step that a colleague has asked for."""
    return {
        "kind": "refund",
        "subject": f"sellerorder:{part.pk}",
        "order": part.order,
        "seller_order": part,
        "amount_minor": 100,
        "limit_minor": 10_000,
        "currency": "GBP",
        "reason": "Torn",
        "asked_by": people.StaffFactory(),
    }


def finding(n: int) -> dict[str, Any]:
    """Return what a check found."""
    return {
        "check": "held_explained",
        "subject": f"order AAAA-{n:04}",
        "account": "held",
        "expected": 0,
        "found": n,
    }


def job(*, events_of: int | None = None) -> int:
    """Write a job that failed, with a secret among its arguments, and another event of a job."""
    key = app.configure_task("deliver_mail", allow_unknown=True).defer(text="a secret link")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", [key])
        if events_of:
            cursor.execute(
                "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'failed', now())",
                [events_of],
            )
    return int(key)

"""Documents of account, and the series that number them.

A document is written once, with all that stands on it: what it says is never worked out again. That its
number follows the last one of its series, and that no number is ever left out, is kept by the database
(migration ``documents``).
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Seller
from books4all.lib.ids import uuid7
from books4all.lib.money import Money
from orders.constants import DocumentKind, TaxRemitter, TaxScheme
from orders.models.orders import SellerOrder
from orders.models.parcels import Shipment
from orders.models.payments import Refund

_OF_PARCELS = (DocumentKind.INVOICE, DocumentKind.RECEIPT)
_OF_COMMISSION = (DocumentKind.COMMISSION_INVOICE, DocumentKind.COMMISSION_CREDIT)


class DocumentSeries(models.Model):
    """The numbers that one issuer gives to documents of one kind in one year."""

    # Who issues them; nobody is the marketplace.
    seller = models.ForeignKey(
        Seller, on_delete=models.PROTECT, null=True, blank=True, related_name="document_series"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    prefix = models.CharField(_("beginning of its numbers"), max_length=30)
    next_number = models.PositiveIntegerField(_("next number"), default=1)

    class Meta:
        verbose_name = _("series of documents")
        verbose_name_plural = _("series of documents")
        ordering = ("-year", "kind", "seller")
        constraints = (
            models.UniqueConstraint(
                fields=["seller", "kind", "year"],
                name="documentseries_once",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(fields=["prefix"], name="documentseries_prefix_once"),
            models.CheckConstraint(
                condition=Q(next_number__gte=1), name="documentseries_counts_from_one"
            ),
        )

    def __str__(self) -> str:
        return self.prefix


class Document(models.Model):
    """An invoice, receipt, credit note or statement, as it was issued. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    series = models.ForeignKey(DocumentSeries, on_delete=models.PROTECT, related_name="documents")
    sequence = models.PositiveIntegerField(_("number in its series"))
    number = models.CharField(_("number"), max_length=40)
    kind = models.CharField(_("kind"), max_length=20, choices=DocumentKind.choices)
    # Whose business it is: who sold, or who pays commission.
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="documents")
    seller_order = models.ForeignKey(
        SellerOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="documents"
    )
    # What it came from. Each has one document.
    shipment = models.OneToOneField(
        Shipment, on_delete=models.PROTECT, null=True, blank=True, related_name="document"
    )
    refund = models.OneToOneField(
        Refund, on_delete=models.PROTECT, null=True, blank=True, related_name="document"
    )
    # The month that it is about, by its first day.
    period = models.DateField(_("month"), null=True, blank=True)
    refers_to = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name=_("corrects"),
    )
    currency = models.CharField(_("currency"), max_length=3)
    # Of a statement, what the seller has at the end of the month. Tax is within the total.
    total_minor = models.BigIntegerField(_("total (pence)"))
    tax_minor = models.BigIntegerField(_("tax (pence)"), default=0)
    language = models.CharField(_("language"), max_length=10)
    content = models.JSONField(_("what stands on it"))
    content_hash = models.CharField(_("SHA-256 of it"), max_length=64)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["seller", "kind", "id"], name="document_of_seller_by_kind"),
            models.Index(fields=["seller", "issued_at"], name="document_of_seller_by_month"),
        )
        constraints = (
            models.UniqueConstraint(fields=["series", "sequence"], name="document_number_once"),
            models.UniqueConstraint(fields=["number"], name="document_named_once"),
            models.UniqueConstraint(
                fields=["seller", "period", "currency"],
                condition=Q(kind__in=_OF_COMMISSION),
                name="document_commission_once",
            ),
            models.UniqueConstraint(
                fields=["seller", "period", "currency"],
                condition=Q(kind=DocumentKind.STATEMENT),
                name="document_statement_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=_OF_PARCELS, shipment__isnull=False, seller_order__isnull=False
                )
                | Q(
                    kind=DocumentKind.CREDIT_NOTE,
                    refund__isnull=False,
                    refers_to__isnull=False,
                    seller_order__isnull=False,
                )
                | Q(kind__in=(*_OF_COMMISSION, DocumentKind.STATEMENT), period__isnull=False),
                name="document_has_its_source",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    @property
    def total(self) -> Money:
        """What it comes to."""
        return Money(self.total_minor, self.currency)

    @property
    def tax(self) -> Money:
        """The tax within the total."""
        return Money(self.tax_minor, self.currency)

    @property
    def is_by_marketplace(self) -> bool:
        """Whether the marketplace issued it in its own name."""
        return self.series.seller_id is None

    @property
    def has_lines(self) -> bool:
        """Whether it has a table besides the PDF."""
        return self.kind in {*_OF_COMMISSION, DocumentKind.STATEMENT}


class DocumentTax(models.Model):
    """What a document has at one rate of tax: what the VAT report adds up. Append-only.

    Credit notes count negative. Written with the document, from its content.
    """

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="taxes")
    # When the tax falls due: the day of the supply, or of what is given back; a month's last day.
    tax_on = models.DateField(_("due"))
    # Where it was sent from and to, by ISO 3166-1.
    country_from = models.CharField(_("from"), max_length=2)
    country_to = models.CharField(_("to"), max_length=2)
    # Of goods sold to readers; else services (commission).
    goods = models.BooleanField(_("goods"))
    remitter = models.CharField(_("remitted by"), max_length=12, choices=TaxRemitter.choices)
    scheme = models.CharField(_("scheme"), max_length=10, choices=TaxScheme.choices)
    rate_bp = models.PositiveIntegerField(_("rate (percent × 100)"))
    gross_minor = models.BigIntegerField(_("with tax (pence)"))
    tax_minor = models.BigIntegerField(_("tax (pence)"))

    class Meta:
        verbose_name = _("tax on a document")
        verbose_name_plural = _("taxes on documents")
        ordering = ("pk",)
        indexes = (models.Index(fields=["tax_on"], name="documenttax_by_day"),)
        constraints = (
            models.UniqueConstraint(
                fields=["document", "scheme", "rate_bp"], name="documenttax_rate_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.document_id} {self.rate_bp}"

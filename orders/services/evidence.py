"""What we say to a buyer's bank that has taken a payment back, and the papers that go with it."""

from uuid import UUID

from django.core.files.base import ContentFile
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from books4all.lib.errors import DomainError, NotFoundError
from orders.constants import DisputeStatus
from orders.errors import ProviderError, TransitionError
from orders.models import Dispute, DisputeFile
from orders.payments import provider_named
from orders.payments.base import EvidenceFile, PaymentProvider
from orders.services.transactions import business_transaction

# Stripe takes five megabytes for all papers of a dispute.
MOST_BYTES = 4 * 1024 * 1024
MOST_PAPERS = 5
_KINDS = {b"%PDF-": "pdf", b"\x89PNG": "png", b"\xff\xd8\xff": "jpg"}


@business_transaction
def write(*, dispute_id: UUID, text: str) -> Dispute:
    """Keep what is to be said to the buyer's bank. Raises as ``add_paper``."""
    dispute = _unanswered(dispute_id)
    dispute.evidence_text = text.strip()[:20_000]
    dispute.save(update_fields=["evidence_text", "updated_at"])
    return dispute


@business_transaction
def add_paper(*, dispute_id: UUID, name: str, content: bytes, actor: User | None) -> DisputeFile:
    """Keep a paper for the buyer's bank: a PDF or a picture.

    Raises:
        NotFoundError: there is no such dispute.
        TransitionError: it has been answered or decided.
        DomainError: the file is of another kind, or too large.
    """
    dispute = _unanswered(dispute_id)
    kind = next((kind for magic, kind in _KINDS.items() if content.startswith(magic)), "")
    if not kind or len(content) > MOST_BYTES:
        message = _("Choose a PDF, PNG or JPEG of at most 4 MB.")
        raise DomainError(message, fields={"file": [message]})
    stem = name.rpartition(".")[0] or "paper"
    paper = DisputeFile(dispute=dispute, name=f"{stem[:100]}.{kind}", added_by=actor)
    paper.file.save(f"{dispute.pk}.{kind}", ContentFile(content), save=False)
    paper.save(force_insert=True)
    return paper


def send(*, dispute_id: UUID) -> Dispute:
    """Answer the buyer's bank with what was written and the papers. Not to be called in a transaction.

    Raises:
        NotFoundError, TransitionError: as ``add_paper``.
        DomainError: nothing was written yet, or the provider does not take it.
    """
    dispute = Dispute.objects.filter(pk=dispute_id).first()
    if dispute is None:
        raise NotFoundError(_("There is no such dispute."))
    _check_unanswered(dispute)
    if not dispute.evidence_text:
        raise DomainError(_("Write the answer first."))
    papers = []
    for paper in dispute.files.order_by("pk")[:MOST_PAPERS]:
        with paper.file.open("rb") as file:
            papers.append(EvidenceFile(paper.name, file.read()))
    try:
        _provider(dispute).send_evidence(
            dispute=dispute.reference, text=dispute.evidence_text, files=papers
        )
    except ProviderError as error:
        message = _("The payment provider did not take the answer (%(why)s). Try again.")
        raise DomainError(message % {"why": error}) from error
    return _answered(dispute_id=dispute_id)


@business_transaction
def _answered(*, dispute_id: UUID) -> Dispute:
    dispute = Dispute.objects.select_for_update(no_key=True).get(pk=dispute_id)
    dispute.evidence_sent_at = Now()
    dispute.save(update_fields=["evidence_sent_at", "updated_at"])
    if dispute.status == DisputeStatus.OPENED:
        dispute.status = DisputeStatus.UNDER_REVIEW
        dispute.save(update_fields=["status", "updated_at"])
    dispute.refresh_from_db()
    return dispute


def _provider(dispute: Dispute) -> PaymentProvider:
    provider = provider_named(dispute.provider)
    if provider is None:
        msg = f"provider {dispute.provider} is not installed"
        raise ProviderError(msg)
    return provider


def _unanswered(dispute_id: UUID) -> Dispute:
    dispute = Dispute.objects.select_for_update(no_key=True).filter(pk=dispute_id).first()
    if dispute is None:
        raise NotFoundError(_("There is no such dispute."))
    _check_unanswered(dispute)
    return dispute


def _check_unanswered(dispute: Dispute) -> None:
    if dispute.evidence_sent_at or not dispute.is_open:
        raise TransitionError(_("This dispute has been answered or decided."))

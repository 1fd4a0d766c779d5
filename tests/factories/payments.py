"""Factories of disputes, bank transfers, and the sandbox provider's books."""

import factory
from factory.django import DjangoModelFactory

from orders.constants import DisputeStatus, ReceiptOutcome, Stage
from orders.models import (
    BankTransfer,
    Dispute,
    DisputeFile,
    DisputePart,
    SandboxDispute,
    SandboxRefund,
    TransferReceipt,
)
from tests.factories.orders import PaymentFactory, SandboxPaymentFactory, SellerOrderFactory


class DisputeFactory(DjangoModelFactory[Dispute]):
    """A payment of £8.80 that the buyer's bank has taken back."""

    class Meta:
        model = Dispute

    payment = factory.SubFactory(PaymentFactory)
    provider = "sandbox"
    reference = factory.Sequence(lambda n: f"dp_{n}")
    amount_minor = 880
    currency = "GBP"
    reason = "product_not_received"


class DisputePartFactory(DjangoModelFactory[DisputePart]):
    """All of a seller order that was posted."""

    class Meta:
        model = DisputePart

    dispute = factory.SubFactory(DisputeFactory)
    seller_order = factory.SubFactory(SellerOrderFactory)
    stage = Stage.EARNED
    whole = True
    currency = "GBP"
    paid_minor = 880


class DisputeFileFactory(DjangoModelFactory[DisputeFile]):
    """A proof of postage."""

    class Meta:
        model = DisputeFile

    dispute = factory.SubFactory(DisputeFactory)
    file = "disputes/2026/01/post.pdf"
    name = "post.pdf"


class BankTransferFactory(DjangoModelFactory[BankTransfer]):
    """A transfer that is waited for."""

    class Meta:
        model = BankTransfer

    reference = factory.Sequence(lambda n: f"RF00TEST{n}")
    key = factory.Sequence(lambda n: f"key-{n}")
    amount_minor = 880
    currency = "GBP"


class TransferReceiptFactory(DjangoModelFactory[TransferReceipt]):
    """Money that fits nothing."""

    class Meta:
        model = TransferReceipt

    source = factory.Sequence(lambda n: f"statement:{n}")
    reference = "rent"
    amount_minor = 880
    currency = "GBP"
    outcome = ReceiptOutcome.UNKNOWN


class SandboxRefundFactory(DjangoModelFactory[SandboxRefund]):
    """A refund in the sandbox provider's books."""

    class Meta:
        model = SandboxRefund

    key = factory.Sequence(lambda n: f"refund-{n}")
    payment = factory.SubFactory(SandboxPaymentFactory)
    amount_minor = 100
    state = "succeeded"


class SandboxDisputeFactory(DjangoModelFactory[SandboxDispute]):
    """A dispute in the sandbox provider's books."""

    class Meta:
        model = SandboxDispute

    payment = factory.SubFactory(SandboxPaymentFactory)
    amount_minor = 880
    reason = "product_not_received"
    status = DisputeStatus.OPENED

"""Domain errors of orders."""

from books4all.lib.errors import ConflictError, DomainError, NotFoundError
from books4all.lib.ratelimit import LimitExceededError


class BasketLineNotFoundError(NotFoundError):
    """There is no such line in the asker's basket."""


class NotOnSaleError(ConflictError):
    """The copy can't be bought (any more)."""

    code = "not_on_sale"


class BasketFullError(DomainError):
    """A basket holds a bounded number of different copies."""

    code = "basket_full"


class BasketEmptyError(ConflictError):
    """There is nothing to order."""

    code = "basket_empty"


class BasketChangedError(ConflictError):
    """The basket is not what the shopper agreed to pay for. ``extra["quote"]`` is what it is now."""

    code = "basket_changed"


class CodeRefusedError(DomainError):
    """A code for a basket is not known, or good for nothing."""

    code = "code_refused"


class CheckoutInProgressError(ConflictError):
    """The basket has an order that waits for payment. ``extra["order"]`` is that order."""

    code = "checkout_in_progress"


class OrderClosedError(ConflictError):
    """The order is not waiting for payment any more."""

    code = "order_closed"


class BusyError(ConflictError):
    """Others are changing the same rows: try again in a moment."""

    code = "busy"


class TransitionError(ConflictError):
    """A seller order can't go from the state it is in to the one asked for."""

    code = "transition"


class ChangedMeanwhileError(ConflictError):
    """A seller order is not any more what the asker saw."""

    code = "changed_meanwhile"


class ProviderError(Exception):
    """The payment provider did not answer, or not with sense. What it did is not known."""


class ProviderUnavailableError(DomainError):
    """The payment provider can't be reached just now; the order waits."""

    code = "provider_unavailable"
    status = 503


class WebhookRefusedError(Exception):
    """A message that claims to be the provider's is not, or too old, or not to be understood."""


class ProviderRefusedError(ProviderError):
    """The payment provider said no, and will say so again."""


class KeyReusedError(DomainError):
    """An Idempotency-Key came with another request before."""

    code = "idempotency_key_reused"
    status = 422


class KeyInUseError(ConflictError):
    """The request with this Idempotency-Key is being answered. ``extra["retry_after"]`` in seconds."""

    code = "idempotency_key_in_use"


class TooManyMessagesError(LimitExceededError):
    """Somebody has written too much for now. ``retry_after`` is in whole seconds."""

    def __init__(self, retry_after: int, *, told: str) -> None:
        super().__init__(retry_after)
        self.message = told


class ThreadClosedError(ConflictError):
    """Staff have ended the conversation, or there is nobody to write to any more."""

    code = "conversation_closed"


class MessagesBlockedError(DomainError):
    """One of the two does not want to hear from the other."""

    code = "messages_blocked"
    status = 403


class TaxSettingsError(DomainError):
    """What a shop says of its tax can't be so."""

    code = "tax_settings"

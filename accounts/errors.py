"""Domain errors of accounts."""

from django.utils.translation import gettext as _

from books4all.lib.errors import ConflictError, DomainError


class SignInError(DomainError):
    """Signing in was refused."""

    code = "sign_in_refused"
    status = 401


class WrongCredentialsError(SignInError):
    """No active account has this address and password. Which of the two is wrong is not told."""

    code = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__(_("The email address or the password is not right."))


class EmailNotVerifiedError(SignInError):
    """The password is right, but the address was never confirmed."""

    code = "email_not_verified"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            _("Confirm your email address first: open the link in the mail we sent you.")
        )


class AddressBookFullError(DomainError):
    """No more addresses fit."""

    code = "address_book_full"
    status = 409


class SellerTransitionError(ConflictError):
    """A seller can't go from the state it is in to the one asked for."""

    code = "seller_transition"


class SellerIncompleteError(DomainError):
    """Something that the law or a buyer needs is missing. ``fields`` names it."""

    code = "seller_incomplete"


class SellerFactsError(DomainError):
    """A fact about a seller is wrong, or one that buyers are shown would be gone. ``fields`` names it."""

    code = "seller_facts"


class ShopNotOpenError(ConflictError):
    """The shop is not approved (yet, or any more)."""

    code = "shop_not_open"

    def __init__(self) -> None:
        super().__init__(
            _(
                "This shop is not open: until staff have approved it, nothing of it goes on the shelves."
            )
        )


class TooManyShopsError(ConflictError):
    """No more applications fit."""

    code = "too_many_shops"


class TeamError(ConflictError):
    """The team can't become that. ``fields`` may name an input."""

    code = "team"


class InvitationError(ConflictError):
    """An invitation can't be accepted (any more), or not by this person."""

    code = "invitation"


class NotYourTaskError(DomainError):
    """Somebody of the team asks for what another role does."""

    code = "not_your_task"
    status = 403

    def __init__(self) -> None:
        super().__init__(_("Your role in this shop does not include this. Ask its owner."))


class TokenRefusedError(DomainError):
    """A token that is forged, expired, used up or ended. Which of these is not told."""

    code = "token_refused"
    status = 401

    def __init__(self) -> None:
        super().__init__(_("This token is not valid (any more). Sign in again."))

"""How often things of an account may be tried: all of accounts' limits stand here.

Names are told apart in Redis by their first word. Those of signing in are settings
(``SIGN_IN_LIMITS``), the rest is fixed: generous for people, useless for guessing.
"""

from django.conf import settings

from books4all.lib.http import network_of
from books4all.lib.ratelimit import Limit, LimitExceededError, limiter

SIGN_UP = Limit("sign-up", "20/hour")
NEW_PASSWORD_ADDRESS = Limit("new-password-address", "20/hour")
NEW_PASSWORD_ACCOUNT = Limit("new-password-account", "5/hour")
NEW_PASSWORD_LINK = Limit("new-password-link", "30/10 minutes")
CODE_ADDRESS = Limit("code-address", "20/hour")
CODE_ACCOUNT = Limit("code-account", "6/hour")
PASSWORD_CHANGE = Limit("password-change", "8/10 minutes")
EMAIL_CHANGE = Limit("email-change", "10/hour")
INVITATION_PERSON = Limit("invitation-person", "5/day")
INVITATION_SHOP = Limit("invitation-shop", "60/day")
# Of one kind to one person. What is over is not sent, silently: who asked too often has enough of them.
LETTER = Limit("letter", "6/hour")


def _sign_in(name: str) -> Limit:
    return Limit(f"sign-in-{name}", settings.SIGN_IN_LIMITS[name])


def check_sign_in(*, email: str, address: str) -> None:
    """Count an attempt to sign in to ``email``'s account from ``address``, before anything is hashed.

    Narrowest first, so that one person's guessing is stopped by the limits of their own and leaves the
    wider ones to others.

    Raises:
        LimitExceededError: too many; nothing may be tried now.
    """
    account, network = email.strip().lower(), network_of(address)
    limiter().hit_all(
        [
            (_sign_in("account_and_address"), (account, network)),
            (_sign_in("address"), (network,)),
            (_sign_in("account"), (account,)),
            (_sign_in("everyone"), ()),
        ]
    )


def forget_sign_in(*, email: str, address: str) -> None:
    """Forget the mistyped attempts of somebody who then signed in. The wider limits remember."""
    identity = (email.strip().lower(), network_of(address))
    limiter().clear(_sign_in("account_and_address"), *identity)


def forget_account(*, email: str) -> None:
    """Open the account's own limit again: its owner has just set a new password by mail."""
    limiter().clear(_sign_in("account"), email.strip().lower())


def check_sign_up(*, address: str) -> None:
    """Count a sign-up. Raises LimitExceededError."""
    limiter().hit(SIGN_UP, network_of(address))


def check_new_password(*, email: str, address: str) -> None:
    """Count a request for a new password. Raises LimitExceededError."""
    limiter().hit(NEW_PASSWORD_ACCOUNT, email.strip().lower())
    limiter().hit(NEW_PASSWORD_ADDRESS, network_of(address))


def check_new_password_link(*, address: str) -> None:
    """Count a new password being set by a link. Raises LimitExceededError."""
    limiter().hit(NEW_PASSWORD_LINK, network_of(address))


def check_code(*, email: str, address: str) -> None:
    """Count a request for a sign-in code. Raises LimitExceededError.

    allauth lets a code be tried three times, so this bounds the guesses too.
    """
    limiter().hit(CODE_ACCOUNT, email.strip().lower())
    limiter().hit(CODE_ADDRESS, network_of(address))


def check_password_change(*, user_id: int) -> None:
    """Count a try of the old password. Raises LimitExceededError."""
    limiter().hit(PASSWORD_CHANGE, str(user_id))


def check_email_change(*, user_id: int) -> None:
    """Count a change of address. Raises LimitExceededError."""
    limiter().hit(EMAIL_CHANGE, str(user_id))


def may_post(*, kind: str, email: str) -> bool:
    """Return whether one more letter of this ``kind`` may go to ``email``."""
    try:
        limiter().hit(LETTER, kind, email.strip().lower())
    except LimitExceededError:
        return False
    return True


def check_invitation(*, email: str, seller_id: int) -> None:
    """Count an invitation by mail: nobody is to be pestered in our name. Raises LimitExceededError."""
    limiter().hit(INVITATION_PERSON, email.strip().lower())
    limiter().hit(INVITATION_SHOP, str(seller_id))

"""Who asks: ``Authorization: Bearer <access token>``, and nothing else (no cookies, so no CSRF)."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.errors import TokenRefusedError
from accounts.models import User
from accounts.services import tokens


class TokenAuthentication(BaseAuthentication):
    """Authenticates by an access token; without the header the request is a visitor's."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """Return the user and their token. A bad token is 401, never quietly a visitor."""
        scheme, _space, token = get_authorization_header(request).partition(b" ")
        if not scheme:
            return None
        if scheme.lower() != b"bearer" or not token.strip():
            raise AuthenticationFailed(
                _("Write the header as: Authorization: Bearer <access token>"), "token_refused"
            )
        try:
            text = token.strip().decode("ascii")
            return tokens.user_of_access(access=text), text
        except (UnicodeDecodeError, TokenRefusedError) as error:
            raise AuthenticationFailed(TokenRefusedError().message, "token_refused") from error

    def authenticate_header(self, request: Request) -> str:
        """Return what a 401 asks for."""
        del request
        return 'Bearer realm="api"'

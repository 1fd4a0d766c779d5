"""What allauth asks of us: limits, mail, links and new users."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailConfirmation
from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.services import limits, passwords, signin
from books4all.lib.http import client_address
from books4all.lib.mail import Letter, post


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth comes without types
    """allauth under our own limits, mail and addresses."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The email address or the password is not right."),
        "enter_current_password": _("This is not your password."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This is not the code. Look again, or have another one sent."),
        "too_many_login_attempts": _("Too many wrong codes. Ask for another one."),
    }

    # --- Signing in ---------------------------------------------------------------------------
    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that our proxy saw."""
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt before anything is hashed; LimitMiddleware answers one too many."""
        signin.check_attempt(email=credentials.get("email", ""), address=client_address(request))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Look for the user, and forget their typing errors once they are found."""
        user: User | None = super().authenticate(request, **credentials)
        if user:
            limits.forget_sign_in(
                email=credentials.get("email", ""), address=client_address(request)
            )
        return user

    def set_password(self, user: User, password: str) -> None:
        """Change or reset a password, which ends all other sessions and all tokens."""
        passwords.set_password(user=user, password=password)

    # --- New users ----------------------------------------------------------------------------
    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: BaseForm,
        commit: bool = True,  # noqa: FBT001, FBT002 allauth's signature
    ) -> User:
        """Keep the name, if one is given, and the language of the page."""
        user.name = form.cleaned_data.get("name", "")
        user.language = get_language() or settings.LANGUAGE_CODE
        saved: User = super().save_user(request, user, form, commit)
        return saved

    # --- Mail ---------------------------------------------------------------------------------
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Render a letter and give it to the worker; the page does not wait for the mail server."""
        if not limits.may_post(kind=template_prefix, email=email):
            return
        user = context.get("user")
        language = user.language if isinstance(user, User) else get_language()
        values = {
            **context,
            "email": email,
            "signup_url": _link("account_signup"),
            "public_url": settings.PUBLIC_URL,
            "marketplace_name": settings.MARKETPLACE_NAME,
        }
        with override(language):
            html: str
            subject = render_to_string(f"{template_prefix}_subject.txt", values)
            text = render_to_string(f"{template_prefix}_message.txt", values)
            try:
                html = render_to_string(f"{template_prefix}_message.html", values)
            except TemplateDoesNotExist:
                html = ""
        post(
            Letter(to=email, subject=" ".join(subject.split()), text=text.strip() + "\n", html=html)
        )

    # Links in letters start with our own address, never with the Host that a request came with.
    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmation
    ) -> str:
        """Return the address that confirms an e-mail address."""
        return _link("account_confirm_email", emailconfirmation.key)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address at which a new password is set; ``key`` is ``uid-token``."""
        uid, _dash, token = key.partition("-")
        return _link("account_reset_password_from_key", uid, token)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell who signed up twice that they have an account."""
        context = {
            "login_url": _link("account_login"),
            "password_reset_url": _link("account_reset_password"),
        }
        self.send_mail("account/email/account_already_exists", email, context)


def _link(name: str, *args: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"

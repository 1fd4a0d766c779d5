"""Signing in for programs, and a user's own things."""

from uuid import UUID

from django.http import HttpRequest
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import selectors
from accounts.api.serializers import (
    AddressIn,
    AddressOut,
    MeIn,
    MeOut,
    RefreshIn,
    SignIn,
    TokenIn,
    TokenPairOut,
)
from accounts.models import User
from accounts.services import addresses, profile, signin, tokens
from accounts.signals import program_signed_in
from books4all.lib.api.endpoints import Endpoint
from books4all.lib.api.pagination import Ordering, PageQuery, page_of
from books4all.lib.api.serializers import ProblemOut
from books4all.lib.http import client_address

BASKET_TOKEN = OpenApiParameter(
    "X-Basket-Token",
    location=OpenApiParameter.HEADER,
    description="The basket of the visitor who signs in; it is merged into the user's own.",
)
_PROBLEMS = {400: ProblemOut, 401: ProblemOut, 429: ProblemOut}
BY_LATEST = Ordering("addresses", ("-id",))


class TokenEndpoint(Endpoint):
    """No token is asked for where tokens are got; a stale one in the header does no harm."""

    authentication_classes = ()


class TokenView(TokenEndpoint):
    """auth/token/."""

    @extend_schema(
        operation_id="sign_in",
        tags=["auth"],
        request=SignIn,
        parameters=[BASKET_TOKEN],
        responses={200: TokenPairOut, 403: ProblemOut, **_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Sign in with e-mail address and password; the address must have been confirmed."""
        given = self.body(SignIn)
        plain: HttpRequest = request._request  # noqa: SLF001 documented attribute
        user = signin.authenticate(
            email=given["email"],
            password=given["password"],
            address=client_address(plain),
            request=plain,
        )
        pair = tokens.issue(user=user)
        program_signed_in.send(sender=User, user=user, request=plain)
        return Response(TokenPairOut(pair).data)


class RefreshView(TokenEndpoint):
    """auth/token/refresh/."""

    @extend_schema(
        operation_id="refresh",
        tags=["auth"],
        request=RefreshIn,
        responses={200: TokenPairOut, **_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Exchange a refresh token for a new pair. It works once; using it again ends the sign-in."""
        del request
        return Response(TokenPairOut(tokens.rotate(refresh=self.body(RefreshIn)["refresh"])).data)


class VerifyView(TokenEndpoint):
    """auth/token/verify/."""

    @extend_schema(
        operation_id="verify",
        tags=["auth"],
        request=TokenIn,
        responses={204: None, **_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Check an access or refresh token: 204 if it can be used, else 401."""
        del request
        tokens.verify(token=self.body(TokenIn)["token"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutView(TokenEndpoint):
    """auth/logout/."""

    @extend_schema(
        operation_id="sign_out",
        tags=["auth"],
        request=RefreshIn,
        responses={204: None, **_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Sign out: the refresh token and every token got with it end at once."""
        del request
        tokens.end(refresh=self.body(RefreshIn)["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class OwnEndpoint(Endpoint):
    """What belongs to the signed-in user; everybody else's rows do not exist here."""

    permission_classes = (IsAuthenticated,)

    @property
    def me(self) -> User:
        """The user who asks."""
        user = self.request.user
        assert isinstance(user, User)
        return user


class MeView(OwnEndpoint):
    """me/."""

    @extend_schema(operation_id="me", tags=["me"], responses={200: MeOut, 401: ProblemOut})
    def get(self, request: Request) -> Response:
        """Show the signed-in user."""
        del request
        return Response(MeOut(self.me).data)

    @extend_schema(
        operation_id="change_me", tags=["me"], request=MeIn, responses={200: MeOut, **_PROBLEMS}
    )
    def patch(self, request: Request) -> Response:
        """Change name or language."""
        del request
        return Response(MeOut(profile.change(user=self.me, **self.body(MeIn))).data)


class AddressesView(OwnEndpoint):
    """addresses/."""

    @extend_schema(
        operation_id="addresses",
        tags=["me"],
        parameters=[PageQuery],
        responses={200: page_of(AddressOut, "AddressPage"), **_PROBLEMS},
    )
    def get(self, request: Request) -> Response:
        """List the address book, the latest first."""
        del request
        return self.page(
            selectors.addresses_of(self.me),
            ordering=BY_LATEST,
            query=self.query(PageQuery),
            serializer=AddressOut,
        )

    @extend_schema(
        operation_id="add_address",
        tags=["me"],
        request=AddressIn,
        responses={201: AddressOut, 409: ProblemOut, **_PROBLEMS},
    )
    def post(self, request: Request) -> Response:
        """Add an address. The first one is the default."""
        del request
        address = addresses.add_address(user=self.me, **self.body(AddressIn))
        return Response(AddressOut(address).data, status=status.HTTP_201_CREATED)


class AddressView(OwnEndpoint):
    """addresses/{id}/."""

    @extend_schema(
        operation_id="address",
        tags=["me"],
        responses={200: AddressOut, 401: ProblemOut, 404: ProblemOut},
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """Show one address."""
        del request
        return Response(AddressOut(selectors.address_of(self.me, pk)).data)

    @extend_schema(
        operation_id="change_address",
        tags=["me"],
        request=AddressIn,
        responses={200: AddressOut, 404: ProblemOut, **_PROBLEMS},
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change the fields that are sent."""
        del request
        fields = self.body(AddressIn, partial=True)
        address = addresses.update_address(user=self.me, address_id=pk, **fields)
        return Response(AddressOut(address).data)

    @extend_schema(
        operation_id="remove_address",
        tags=["me"],
        responses={204: None, 401: ProblemOut, 404: ProblemOut},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        """Remove an address. Orders keep their own copies."""
        del request
        addresses.remove_address(user=self.me, address_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)

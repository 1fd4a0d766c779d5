"""The seller's part of the API: ``/api/v1/selling/<shop>/…``."""

from typing import Any

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from accounts.constants import SellerRole
from accounts.errors import NotYourTaskError
from accounts.models import SellerMember, User
from accounts.selectors import membership
from books4all.lib.api.endpoints import Endpoint


class TeamEndpoint(Endpoint):
    """An endpoint for those of a shop's team who have one of ``roles``; strangers get 404."""

    permission_classes = (IsAuthenticated,)
    roles: tuple[SellerRole, ...] = ()
    member: SellerMember

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Find the asker's membership, once it is known who asks."""
        super().initial(request, *args, **kwargs)
        user = request.user
        assert isinstance(user, User)
        self.member = membership(user, kwargs["shop"])
        if self.roles and not self.member.may(*self.roles):
            raise NotYourTaskError

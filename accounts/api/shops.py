"""The facts about a shop, and its team, for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.selling import TeamEndpoint
from accounts.api.serializers import SellerFactsIn, SellerFactsOut, TeamMemberOut
from accounts.constants import SellerRole
from accounts.errors import NotYourTaskError
from accounts.models import Seller
from accounts.selectors.checklist import checklist, details_of
from accounts.selectors.team import MOST_SHOWN, team_of
from accounts.services import applications
from books4all.lib.api.serializers import ProblemOut

_PROBLEMS = {400: ProblemOut, 401: ProblemOut, 403: ProblemOut, 404: ProblemOut, 429: ProblemOut}


class FactsView(TeamEndpoint):
    """selling/{shop}/."""

    @extend_schema(
        operation_id="shop_facts", tags=["selling"], responses={200: SellerFactsOut, **_PROBLEMS}
    )
    def get(self, request: Request, shop: str) -> Response:
        """Show how far the shop is, and who stands behind it."""
        del request, shop
        return Response(self._shown(self.member.seller))

    @extend_schema(
        operation_id="change_shop_facts",
        tags=["selling"],
        request=SellerFactsIn,
        responses={200: SellerFactsOut, **_PROBLEMS},
    )
    def patch(self, request: Request, shop: str) -> Response:
        """Change the facts that are sent; owners only."""
        del request, shop
        if not self.member.may(SellerRole.OWNER):
            raise NotYourTaskError
        given = self.body(SellerFactsIn, partial=True)
        seller = applications.change_facts(
            seller=self.member.seller, actor=self.member.user, **given
        )
        return Response(self._shown(seller))

    def _shown(self, seller: Seller) -> dict[str, Any]:
        owner = self.member.may(SellerRole.OWNER)
        facts: Any = seller
        facts.account = details_of(seller).masked_account if owner else ""
        facts.checklist = checklist(seller).items
        shown: dict[str, Any] = SellerFactsOut(facts).data
        return shown


class TeamView(TeamEndpoint):
    """selling/{shop}/team/."""

    @extend_schema(
        operation_id="shop_team",
        tags=["selling"],
        responses={200: TeamMemberOut(many=True), **_PROBLEMS},
    )
    def get(self, request: Request, shop: str) -> Response:
        """List the team, the longest in it first. A team has 50 people at most."""
        del request, shop
        owner = self.member.may(SellerRole.OWNER)
        rows = [
            {
                "name": member.user.get_short_name(),
                "email": member.user.email if owner else "",
                "roles": member.roles,
                "since": member.created_at,
            }
            for member in team_of(self.member.seller)[:MOST_SHOWN]
        ]
        return Response(TeamMemberOut(rows, many=True).data)

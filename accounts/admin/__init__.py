"""People, sellers and their teams, for staff."""

from accounts.admin import closures, details, team
from accounts.admin.sellers import SellerAdmin
from accounts.admin.users import UserAdmin

__all__ = ["SellerAdmin", "UserAdmin", "closures", "details", "team"]

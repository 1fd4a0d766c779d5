"""Who: people, their addresses, sellers and their teams."""

from accounts.models.applications import SellerDetails, SellerInvitation
from accounts.models.sellers import Seller, SellerEvent, SellerMember
from accounts.models.users import Address, PostalAddress, User

__all__ = [
    "Address",
    "PostalAddress",
    "Seller",
    "SellerDetails",
    "SellerEvent",
    "SellerInvitation",
    "SellerMember",
    "User",
]

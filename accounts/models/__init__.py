"""Who: people, their addresses, sellers and their teams."""

from accounts.models.applications import SellerDetails, SellerInvitation
from accounts.models.sellers import Closure, FrontPicture, Seller, SellerEvent, SellerMember
from accounts.models.standing import SellerStanding
from accounts.models.users import Address, PostalAddress, User

__all__ = [
    "Address",
    "Closure",
    "FrontPicture",
    "PostalAddress",
    "Seller",
    "SellerDetails",
    "SellerEvent",
    "SellerInvitation",
    "SellerMember",
    "SellerStanding",
    "User",
]

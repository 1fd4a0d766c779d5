"""What readers say, and the ratings that a work or a seller keeps of it."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Seller, User
from books4all.lib.errors import DomainError
from catalog.constants import ReviewStatus
from catalog.models import Review, Work


@transaction.atomic
def submit(*, user: User, work: Work, rating: int, text: str, author_name: str) -> Review:
    """Keep what ``user`` says about ``work``; it is shown once staff have looked at it.

    A reader has one review a book: writing again replaces it, and it waits for a look again.

    Raises:
        DomainError: a rating outside 1 to 5, or no name to sign with.
    """
    if not 1 <= rating <= 5:
        message = _("Choose from one to five stars.")
        raise DomainError(message, fields={"rating": [message]})
    name = author_name.strip()
    if not name:
        message = _("Write the name that your review is signed with.")
        raise DomainError(message, fields={"author_name": [message]})
    # The reader's row is locked, so that two sendings of one form can't both find no review yet.
    User.objects.select_for_update().get(pk=user.pk)
    review = Review.objects.select_for_update().filter(user=user, work=work).first()
    if review is None:
        review = Review(user=user, work=work)
    elif review.status == ReviewStatus.PUBLISHED:
        _count(review, -1)
    review.rating = rating
    review.text = text.strip()
    review.author_name = name[:80]
    review.status = ReviewStatus.PENDING
    review.published_at = None
    review.full_clean(exclude=["user", "work", "seller"])
    review.save()
    return review


@transaction.atomic
def publish(*, review: Review) -> Review:
    """Show ``review`` and count its rating. Publishing twice counts once.

    The review's row is locked first, then the sums of its work or seller change in place: two
    people who publish at a time are served one after the other.
    """
    review = Review.objects.select_for_update().get(pk=review.pk)
    if review.status == ReviewStatus.PUBLISHED:
        return review
    review.status = ReviewStatus.PUBLISHED
    review.published_at = timezone.now()
    review.save(update_fields=["status", "published_at", "updated_at"])
    _count(review, 1)
    return review


@transaction.atomic
def reject(*, review: Review) -> Review:
    """Keep ``review`` from being shown; a published one is taken back and its rating with it."""
    review = Review.objects.select_for_update().get(pk=review.pk)
    if review.status == ReviewStatus.PUBLISHED:
        _count(review, -1)
    review.status = ReviewStatus.REJECTED
    review.published_at = None
    review.save(update_fields=["status", "published_at", "updated_at"])
    return review


@transaction.atomic
def record_purchase(*, user: User, work_ids: list[int], seller_ids: list[int]) -> int:
    """Mark the reviews of ``user`` about books and shops that they bought here as verified.

    Returns how many were marked. Called when a parcel has arrived.
    """
    own = Review.objects.filter(user=user, verified=False)
    of_works = own.filter(work__in=work_ids).update(verified=True)
    return of_works + own.filter(seller__in=seller_ids).update(verified=True)


def _count(review: Review, times: int) -> None:
    """Add (1) or take away (-1) the rating on the work or seller, in one statement."""
    change = {
        "rating_sum": F("rating_sum") + times * review.rating,
        "rating_count": F("rating_count") + times,
    }
    if review.work_id is not None:
        Work.objects.filter(pk=review.work_id).update(**change)
    elif review.seller_id is not None:
        Seller.objects.filter(pk=review.seller_id).update(**change)

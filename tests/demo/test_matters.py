"""What the demo leaves open between its reader and its shop, as of the day on which it is loaded."""

import pytest

from books4all.demo import loader, people
from orders.constants import PostageStatus
from orders.models import Case, SellerOrder, Thread

pytestmark = pytest.mark.django_db


def test_reader_and_shop_have_something_open_with_each_other() -> None:
    loader.load(lambda _step, _share: None, works=120)
    own = SellerOrder.objects.filter(
        seller__slug="saltmarsh-books", order__user__email=people.READER
    )
    deadlines = own.filter(act_by__isnull=False)
    assert {part.status for part in deadlines} == {"placed", "accepted"}
    asked = deadlines.get(status="accepted").extra_postages.get()
    assert asked.status == PostageStatus.PROPOSED
    cases = Case.objects.filter(seller_order__in=own)
    assert {case.status for case in cases} == {"open", "escalated", "approved"}
    claim = cases.get(status="open").seller_order
    assert Thread.objects.get(seller_order=claim).messages.count() == 2

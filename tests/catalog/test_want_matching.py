"""Wants meet stock: one rule, asked in one statement."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.models import WantMatch
from catalog.search import index
from catalog.services import want_matching, wants
from tests.factories.accounts import UserFactory
from tests.factories.catalog import IdentifierFactory, ListingFactory, WantFactory, WorkFactory

pytestmark = pytest.mark.django_db


def test_smoke():
    user = UserFactory()
    work = WorkFactory(title="Gorse and Heather", author="Mary Webb")
    want = wants.add(user=user, text="webb gorse")
    print(want.sought, want.anchors)
    index.catch_up()
    listing = ListingFactory(edition__work=work)
    byid = IdentifierFactory(edition=listing.edition, value="9780141439549")
    w2 = wants.add(user=user, text="978-0-14-143954-9")
    print(w2.sought, w2.anchors)
    assert WantMatch.objects.filter(want=w2).count() == 1
    with CaptureQueriesContext(connection) as c:
        assert want_matching.match(listing_ids=[listing.pk]) == 1
    assert len(c) == 1
    index.catch_up()
    assert want_matching.sweep() == 0

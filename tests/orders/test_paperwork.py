"""Documents of a sale."""

import pytest

from books4all.lib import typeset
from orders.models import Document
from orders.selectors.paperwork.printing import paper
from orders.services import documents
from tests.orders.paperwork import bought, copy, given_back, posted, trader

pytestmark = pytest.mark.django_db


def test_smoke():
    shop = trader()
    part = bought(copy(shop), copy(shop, 1000))
    doc = posted(part)
    note = documents.issue_credit(refund_id=given_back(part, 300).pk)
    for one in (doc, note):
        print(one.content)
        data = paper(one)
        pdf = typeset.pdf("paper", data, at=one.issued_at)
        open(f"/tmp/documents/{one.kind}.pdf", "wb").write(pdf)
        import json, pathlib

        pathlib.Path(f"/tmp/documents/{one.kind}.json").write_text(json.dumps(data))
    assert 0

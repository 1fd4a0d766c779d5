"""Stock files dropped into a shop's folder."""

import csv
import os
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.models import Listing
from catalog.services.inventory.folder import Watch
from tests.catalog.stock_uploads import line, published, table
from tests.factories.accounts import SellerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path):
    made = SellerFactory(slug="hay")
    (tmp_path / "hay" / "incoming").mkdir(parents=True)
    (tmp_path / "nobody" / "incoming").mkdir(parents=True)
    return made


def drop(tmp_path, name, data, shop="hay"):
    path = tmp_path / shop / "incoming" / name
    path.write_bytes(data)
    return path


def report(tmp_path, where, name):
    with (tmp_path / "hay" / where / f"{name}.report.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_a_file_is_published_and_answered(shop, tmp_path) -> None:
    drop(tmp_path, "a.csv", table(line(1), line(2, price="dear", title="=SUM(A1)")))
    assert Watch(tmp_path, quiet=0).look() == 1
    assert Listing.objects.get().sku == "S1"
    assert (tmp_path / "hay" / "done" / "a.csv").exists()
    rows = report(tmp_path, "done", "a.csv")
    assert [(r["outcome"], r["problem"]) for r in rows[:2]] == [("new", "1"), ("refused", "1")]
    assert (rows[2]["row"], rows[2]["sku"], rows[2]["title"]) == ("2", "S2", "'=SUM(A1)")
    assert rows[2]["problem"].startswith("price:")
    assert Watch(tmp_path, quiet=0).look() == 0


def test_only_complete_files_of_shops_are_taken(shop, tmp_path) -> None:
    watch = Watch(tmp_path, quiet=3600)
    drop(tmp_path, "a.csv", table(line(1)))
    drop(tmp_path, "b.csv.part", table(line(2)))
    drop(tmp_path, "c.csv", table(line(3)), shop="nobody")
    assert watch.look() == watch.look() == 0
    assert Watch(tmp_path, quiet=0).look() == 1
    assert [one.sku for one in Listing.objects.all()] == ["S1"]


def test_what_cannot_be_read_fails_with_the_reason(shop, tmp_path) -> None:
    drop(tmp_path, "a.pdf", b"%PDF-1.4")
    drop(tmp_path, "b.csv", b"Nr;Werk\n1;Moby Dick\n")
    Watch(tmp_path, quiet=0).look()
    assert "a PDF" in report(tmp_path, "failed", "a.pdf")[0]["problem"]
    assert "Match the columns" in report(tmp_path, "failed", "b.csv")[0]["problem"]


def test_much_is_withdrawn_by_nobody_s_leave(shop, tmp_path) -> None:
    published(shop, table(line(1), line(2), line(3)))
    drop(tmp_path, "purge.csv", table(line(1)))
    Watch(tmp_path, quiet=0).look()
    assert Listing.objects.filter(status="active").count() == 3
    assert "would be withdrawn" in report(tmp_path, "failed", "purge.csv")[0]["problem"]


def test_the_command_wants_a_folder(settings, tmp_path, shop, capsys) -> None:
    settings.STOCK_DROP_DIR = ""
    with pytest.raises(CommandError, match="STOCK_DROP_DIR"):
        call_command("watch_stock_folder")
    settings.STOCK_DROP_DIR = str(tmp_path)
    drop(tmp_path, "a.csv", table(line(1)))
    call_command("watch_stock_folder", "--once", "--quiet", "0.01")
    assert "1 files taken" in capsys.readouterr().out


def test_one_shop_s_file_holds_up_nobody_else_s(shop, tmp_path) -> None:
    """Neither a name that is no text nor a file or folder that may not be read."""
    for slug in ("aaa", "zzz"):
        SellerFactory(slug=slug)
        (tmp_path / slug / "incoming").mkdir(parents=True)
    (tmp_path / "aaa" / "incoming" / os.fsdecode(b"stock-\xff.csv")).write_bytes(table(line(1)))
    drop(tmp_path, "dangling.csv", table(line(1)))
    drop(tmp_path, "b.csv", table(line(2)), shop="zzz")
    watch = Watch(tmp_path, quiet=0)
    real = Path.open

    def closed(self: Path, *args, **kwargs):
        if self.name == "dangling.csv":
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", closed)
        assert watch.look() == 2
    assert [one.sku for one in Listing.objects.all()] == ["S2"]
    assert sorted(path.suffix for path in (tmp_path / "aaa" / "failed").iterdir()) == [".csv"] * 2
    assert [path.name for path in (tmp_path / "hay" / "incoming").iterdir()] == ["dangling.csv"]

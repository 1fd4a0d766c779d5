"""Covers of editions: taken, made in a job, shown by the edition and by its work."""

import io
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from books4all.lib import images
from books4all.lib.errors import ConflictError
from books4all.lib.fetch import FetchFailedError, FetchRefusedError
from books4all.lib.pictures import KINDS
from catalog import jobs
from catalog.constants import CoverSource, CoverStatus
from catalog.models import Cover, CoverOriginal, Edition, Listing, Work
from catalog.services import covers, imports
from tests.catalog.helpers import data_blocks, get, queries
from tests.catalog.import_files import imported, onix, product
from tests.factories.accounts import StaffFactory
from tests.factories.catalog import EditionFactory, ListingFactory, WorkFactory
from tests.factories.covers import CoverFactory, picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Path) -> Path:
    media = settings.STORAGES["media"]
    folder = {**media, "OPTIONS": {**media["OPTIONS"], "location": str(tmp_path)}}
    settings.STORAGES = {**settings.STORAGES, "media": folder}
    return tmp_path


def waiting_jobs() -> list[tuple[str, dict[str, Any]]]:
    rows = ProcrastinateJob.objects.filter(task_name__startswith="catalog.", status="todo")
    return list(rows.order_by("pk").values_list("task_name", "args"))


def work_off() -> None:
    """Do what waits, as a worker would."""
    for name, arguments in waiting_jobs():
        if name == "catalog.make_cover":
            jobs.make_cover(**arguments)


def uploaded(edition: Edition, data: bytes | None = None, **words: Any) -> Cover:
    return covers.upload(edition=edition, data=data or picture(), actor=None, **words)


# ---- from a file to a page ---------------------------------------------------------------------


def test_an_upload_becomes_files_that_everybody_may_keep(store: Path) -> None:
    edition = EditionFactory()
    cover = uploaded(edition, picture(size=(1400, 2100)), alt="A whale", credit="A. Painter")
    assert cover.status == CoverStatus.WAITING
    assert CoverOriginal.objects.count() == 1
    assert not list(store.rglob("*.*"))
    work_off()
    cover.refresh_from_db()
    assert (cover.status, cover.width, cover.height) == (CoverStatus.READY, 640, 960)
    assert cover.widths == [160, 320, 640]
    # What came is gone, what was made is there under a name made of what is in it.
    assert not CoverOriginal.objects.exists()
    files = sorted(
        path.relative_to(store).as_posix() for path in store.rglob("*") if path.is_file()
    )
    assert files == sorted(
        f"covers/{cover.name[:2]}/{cover.name}-{width}.{kind}"
        for width in (160, 320, 640)
        for kind in KINDS
    )
    for path in files:
        width = int(path.rpartition("-")[2].partition(".")[0])
        with Image.open(store / path) as image:
            assert image.size == (width, width * 3 // 2)
            assert image.mode == "RGB"


def test_an_edition_and_its_work_show_it() -> None:
    edition = EditionFactory()
    uploaded(edition, alt="A whale", credit="A. Painter")
    assert Work.objects.get().picture is None
    work_off()
    cover = Cover.objects.get()
    edition.refresh_from_db()
    assert edition.picture == Work.objects.get().picture == cover.picture
    assert edition.picture.alt == "A whale"
    page = get(edition.work.get_absolute_url()).content.decode()
    assert f"/media/covers/{cover.name[:2]}/{cover.name}-320.avif 320w" in page
    assert 'alt="A whale"' in page
    assert "A. Painter" in page
    # Words about it are changed in place.
    cover.alt = "A small whale"
    cover.save()
    assert Work.objects.get().picture.alt == "A small whale"


def test_a_job_that_runs_twice_does_no_harm(store: Path) -> None:
    cover = uploaded(EditionFactory())
    covers.make(cover_id=cover.pk)
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*.*")}
    covers.make(cover_id=cover.pk)
    jobs.make_cover(cover_id=999_999)
    assert {path: path.stat().st_mtime_ns for path in store.rglob("*.*")} == before
    assert Cover.objects.get().status == CoverStatus.READY


def test_the_same_file_makes_the_same_names() -> None:
    one, other = images.make(picture()), images.make(picture())
    assert one.name == other.name
    assert one.name != images.make(picture(colour="red")).name


def test_a_file_is_taken_once_an_edition() -> None:
    edition = EditionFactory()
    uploaded(edition)
    with pytest.raises(ConflictError):
        uploaded(edition)
    uploaded(EditionFactory())
    assert Cover.objects.count() == 2


def test_an_upload_that_is_rolled_back_leaves_nothing() -> None:
    edition = EditionFactory()
    with transaction.atomic():
        uploaded(edition)
        transaction.set_rollback(True)
    assert not Cover.objects.exists()
    assert not CoverOriginal.objects.exists()
    assert waiting_jobs() == []


def test_a_cover_removed_before_its_job_is_not_brought_back() -> None:
    cover = uploaded(EditionFactory())
    kept = Cover.objects.get()
    original = bytes(CoverOriginal.objects.get().data)
    cover.delete()
    covers._make(kept, original)
    assert not Cover.objects.exists()
    assert Work.objects.get().picture is None


def test_files_go_when_the_last_cover_that_shows_them_goes(store: Path) -> None:
    first, second = uploaded(EditionFactory()), uploaded(EditionFactory())
    work_off()
    first.refresh_from_db()
    first.delete()
    [(name, arguments)] = [job for job in waiting_jobs() if job[0] == "catalog.drop_cover"]
    assert ProcrastinateJob.objects.get(task_name=name).scheduled_at is not None
    jobs.drop_cover(**arguments)
    assert list(store.rglob("*.avif"))
    second.refresh_from_db()
    second.edition.delete()  # a cover goes with its edition, and its files with it
    jobs.drop_cover(**arguments)
    assert not list(store.rglob("*.*"))


# ---- which one is shown ------------------------------------------------------------------------


def test_staff_s_picture_comes_before_a_feed_s_and_newer_before_older() -> None:
    edition = EditionFactory()
    older = CoverFactory(edition=edition)
    newer = CoverFactory(edition=edition)
    CoverFactory(edition=edition, source=CoverSource.FEED)
    CoverFactory(edition=edition, status=CoverStatus.REFUSED, reason="No picture.")
    edition.refresh_from_db()
    assert edition.picture == newer.picture
    newer.delete()
    edition.refresh_from_db()
    assert edition.picture == older.picture


def test_a_work_shows_the_cover_of_its_fullest_edition() -> None:
    work = WorkFactory()
    thin, full, bare = (EditionFactory(work=work, completeness=n) for n in (10, 60, 90))
    CoverFactory(edition=thin)
    shown = CoverFactory(edition=full)
    work.refresh_from_db()
    assert work.picture == shown.picture
    Edition.objects.filter(pk=thin.pk).update(completeness=70)
    work.refresh_from_db()
    assert work.picture.edition == thin.pk
    assert bare.pk != work.picture.edition


def test_a_moved_or_removed_edition_takes_its_cover_along() -> None:
    here, there = WorkFactory(), WorkFactory()
    edition = EditionFactory(work=here)
    cover = CoverFactory(edition=edition)
    # Past every service, as merges do.
    Edition.objects.filter(pk=edition.pk).update(work=there)
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.picture, there.picture) == (None, cover.picture)
    edition.delete()
    there.refresh_from_db()
    assert there.picture is None


@pytest.mark.django_db(transaction=True)
def test_two_covers_at_a_time_leave_the_right_one() -> None:
    """The second waits for the work's row, and then looks again."""
    work = WorkFactory()
    editions = [EditionFactory(work=work, completeness=n) for n in (20, 80)]
    ready = threading.Barrier(2)

    def add(edition: Edition) -> None:
        try:
            with transaction.atomic():
                ready.wait(5)
                CoverFactory(edition=edition)
                # Both have written before either commits, unless one waits for the other.
        finally:
            connection.close()

    for _ in range(5):
        Cover.objects.all().delete()
        threads = [threading.Thread(target=add, args=(edition,)) for edition in editions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        work.refresh_from_db()
        assert work.picture.edition == editions[1].pk


# ---- never the copy's photograph ---------------------------------------------------------------


def test_a_copy_is_shown_with_its_own_edition_s_cover_or_a_drawing() -> None:
    work = WorkFactory()
    pictured, plain = EditionFactory(work=work), EditionFactory(work=work)
    cover = CoverFactory(edition=pictured)
    for edition, shown in ((pictured, True), (plain, False)):
        listing = ListingFactory(edition=edition)
        page = get(reverse("catalog:shop", args=[listing.seller.slug])).content.decode()
        assert (cover.name in page) is shown
        assert ('<svg class="cv"' in page) is not shown


def test_a_rare_copy_on_the_front_page_never_borrows_another_edition_s_cover() -> None:
    work = WorkFactory()
    cover = CoverFactory(edition__work=work)
    ListingFactory(edition=EditionFactory(work=work), rare=True)
    page = get("/").content.decode()
    # The shelf and the street may show the book; the copy's own place may not.
    rare = page[page.index('id="rare"') :] if 'id="rare"' in page else page
    assert cover.name not in rare


def test_a_book_s_page_says_whose_cover_it_is() -> None:
    edition = EditionFactory(publisher__name="Penguin", published_year=1994)
    CoverFactory(edition=edition)
    ListingFactory(edition=edition)
    response = get(edition.work.get_absolute_url())
    page = response.content.decode()
    assert "That of Penguin, 1994; single copies look different." in page
    [book] = [block for block in data_blocks(response) if "Book" in block["@type"]]
    assert book["image"].endswith("-640.jpg")
    assert book["image"].startswith("http")
    assert [offer for offer in book["offers"] if "image" in offer] == []
    assert book["workExample"][0]["image"] == book["image"]


def test_pages_take_no_query_more_for_covers() -> None:
    work = WorkFactory()
    listing = ListingFactory(edition__work=work)
    before = queries(work.get_absolute_url()), queries("/")
    CoverFactory(edition=listing.edition)
    assert (queries(work.get_absolute_url()), queries("/")) == before


def test_the_api_names_the_files() -> None:
    listing = ListingFactory()
    cover = CoverFactory(edition=listing.edition, alt="A whale", credit="A. Painter")
    work = listing.edition.work
    for path in ("/api/v1/works/", f"/api/v1/works/{work.slug}/", "/api/v1/editions/"):
        body = Client().get(path).json()
        row = body["results"][0] if "results" in body else body
        found = row["cover"]
        assert found["src"].startswith("http")
        assert found["src"].endswith(f"{cover.name}-640.jpg")
        assert (found["width"], found["height"], found["alt"]) == (640, 960, "A whale")
        assert [source["type"] for source in found["sources"]] == list(KINDS.values())
    body = Client().get(f"/api/v1/listings/{listing.pk}/").json()
    assert cover.name not in str(body), "an edition's cover is not the copy's photograph"
    bare = EditionFactory()
    assert Client().get(f"/api/v1/editions/{bare.pk}/").json()["cover"] is None


# ---- fetched -----------------------------------------------------------------------------------


@pytest.fixture
def fetching(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """COVER_FETCH on for one host; what the other side answers is in the dictionary."""
    settings.COVER_FETCH = ["covers.example.org"]
    answers: dict[str, Any] = {}

    def fetch(url: str, **_how: Any) -> bytes:
        answer = answers[url]
        if isinstance(answer, Exception):
            raise answer
        return bytes(answer)

    monkeypatch.setattr(covers, "fetch", fetch)
    return answers


URL = "https://covers.example.org/9780141439549.jpg"


def test_nothing_is_fetched_unless_somebody_said_so(settings: Any) -> None:
    settings.COVER_FETCH = []
    edition = EditionFactory()
    assert covers.request(edition_id=edition.pk, url=URL) is None
    with pytest.raises(FetchRefusedError):
        covers.request(edition_id=edition.pk, url=URL, source=CoverSource.FETCHED)
    assert not Cover.objects.exists()
    assert waiting_jobs() == []


def test_an_import_may_name_its_addresses_again_and_again(fetching: dict[str, Any]) -> None:
    one, other = EditionFactory(), EditionFactory()
    asked = [(one.pk, URL), (other.pk, URL), (one.pk, URL), (one.pk, "ftp://covers.example.org/x")]
    assert len(covers.request_many(addresses=asked)) == 2
    assert covers.request_many(addresses=asked) == []
    assert [name for name, _ in waiting_jobs()] == ["catalog.fetch_cover"] * 2
    fetching[URL] = picture()
    for _name, arguments in waiting_jobs():
        covers.download(**arguments)
    assert Cover.objects.filter(status=CoverStatus.READY).count() == 2
    assert len(set(Cover.objects.values_list("name", flat=True))) == 1


def test_a_server_that_is_away_is_asked_again_and_then_given_up(fetching: dict[str, Any]) -> None:
    cover = covers.request(edition_id=EditionFactory().pk, url=URL)
    assert cover is not None
    fetching[URL] = FetchFailedError("It answered 503.")
    with pytest.raises(FetchFailedError):
        covers.download(cover_id=cover.pk, last=False)
    cover.refresh_from_db()
    assert cover.status == CoverStatus.WAITING
    covers.download(cover_id=cover.pk, last=True)
    cover.refresh_from_db()
    assert (cover.status, cover.reason) == (CoverStatus.REFUSED, "It answered 503.")
    covers.ask_again(cover=cover)
    fetching[URL] = picture()
    covers.download(cover_id=cover.pk)
    cover.refresh_from_db()
    assert (cover.status, cover.reason) == (CoverStatus.READY, "")


def test_what_is_fetched_and_is_no_picture_is_refused_with_a_reason(
    fetching: dict[str, Any],
) -> None:
    cover = covers.request(edition_id=EditionFactory().pk, url=URL)
    assert cover is not None
    fetching[URL] = b"<html>Not found</html>"
    covers.download(cover_id=cover.pk)
    cover.refresh_from_db()
    assert (cover.status, cover.problem) == (CoverStatus.REFUSED, "page")
    assert cover.reason.startswith("The file holds the code of a web page.")


def test_an_import_asks_for_the_covers_it_names_and_takes_them_back(
    fetching: dict[str, Any], settings: Any, tmp_path: Path
) -> None:
    private = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(tmp_path / "private")},
    }
    settings.STORAGES = {**settings.STORAGES, "private": private}
    front = (
        "<SupportingResource><ResourceContentType>01</ResourceContentType><ContentAudience>00"
        "</ContentAudience><ResourceMode>03</ResourceMode><ResourceVersion><ResourceForm>02"
        f"</ResourceForm><ResourceLink>{URL}</ResourceLink></ResourceVersion></SupportingResource>"
    )
    detail = f"<CollateralDetail>{front}</CollateralDetail><PublishingDetail>"
    books = (product(n, author=f"Writer {n}") for n in (1, 2, 3))
    file = onix(*(book.replace("<PublishingDetail>", detail) for book in books))
    imported(file, dry_run=True)
    assert not Cover.objects.exists()
    assert waiting_jobs() == []
    done = imported(file)
    assert Cover.objects.filter(source=CoverSource.FEED).count() == 3
    fetching[URL] = picture()
    for _name, arguments in waiting_jobs():
        covers.download(**arguments)
    assert Work.objects.filter(cover_image__isnull=False).count() == 3
    imported(file)
    assert Cover.objects.count() == 3
    # A feed's cover goes with what the import has made; one by staff keeps its edition.
    kept = Edition.objects.order_by("pk").first()
    uploaded(kept, picture(colour="red"))
    imports.run_undo(catalogue_import=imports.undo(catalogue_import=done, enqueue=False))
    assert list(Edition.objects.all()) == [kept]


def test_an_import_asks_nobody_while_fetching_is_off(settings: Any) -> None:
    settings.COVER_FETCH = []
    assert covers.request_many(addresses=[(EditionFactory().pk, URL)]) == []


def test_a_batch_of_addresses_takes_few_queries(
    fetching: dict[str, Any], django_assert_max_num_queries: Any
) -> None:
    editions = EditionFactory.create_batch(30)
    # Two for the savepoint; those asked before; the rows; their keys; the jobs.
    with django_assert_max_num_queries(6):
        covers.request_many(addresses=[(edition.pk, URL) for edition in editions])
    assert len(waiting_jobs()) == 30


# ---- in the admin ------------------------------------------------------------------------------


@pytest.fixture
def staff(client: Client) -> tuple[Client, User]:
    user = StaffFactory()
    client.force_login(user)
    return client, user


def upload_url(edition: Edition) -> str:
    return f"/admin/catalog/edition/{edition.pk}/do/upload-cover/"


def test_staff_upload_a_cover_on_an_edition_s_page(staff: tuple[Client, User]) -> None:
    client, user = staff
    edition = EditionFactory()
    page = client.get(f"/admin/catalog/edition/{edition.pk}/change/").content.decode()
    assert upload_url(edition) in page or "do/upload-cover/" in page
    form = client.get(upload_url(edition)).content.decode()
    assert 'enctype="multipart/form-data"' in form
    file = SimpleUploadedFile("../../etc/passwd", picture(), content_type="text/html")
    sent = client.post(upload_url(edition), {"file": file, "alt": "A whale", "licence": "CC0"})
    assert sent.status_code == 302
    cover = Cover.objects.get()
    assert (cover.alt, cover.licence, cover.created_by) == ("A whale", "CC0", user)
    work_off()
    page = client.get(f"/admin/catalog/cover/{cover.pk}/change/").content.decode()
    cover.refresh_from_db()
    assert f"{cover.name}-160.jpg" in page


def test_staff_are_told_at_once_what_is_wrong_with_a_file(staff: tuple[Client, User]) -> None:
    client, _ = staff
    edition = EditionFactory()
    for data, words in (
        (b"hello", "This is no JPEG"),
        (picture()[:2000], "The end of the file is missing"),
    ):
        sent = client.post(upload_url(edition), {"file": io.BytesIO(data)})
        assert sent.status_code == 200
        assert words in sent.content.decode()
    assert not Cover.objects.exists()


def test_nobody_else_gets_there(client: Client) -> None:
    edition = EditionFactory()
    sent = client.post(upload_url(edition), {"file": io.BytesIO(picture())})
    assert sent.status_code == 302
    assert "/admin/login/" in sent["Location"]
    assert not Cover.objects.exists()


def test_fetching_is_offered_only_where_it_is_allowed(
    staff: tuple[Client, User], settings: Any
) -> None:
    client, _ = staff
    page = f"/admin/catalog/edition/{EditionFactory().pk}/change/"
    assert "do/fetch-cover/" not in client.get(page).content.decode()
    settings.COVER_FETCH = ["*"]
    assert "do/fetch-cover/" in client.get(page).content.decode()


def test_a_listing_knows_no_cover_of_its_own() -> None:
    """A photograph of a copy will be the listing's; an edition's cover never is."""
    assert not any("cover" in field.name for field in Listing._meta.get_fields())

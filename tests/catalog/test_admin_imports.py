"""Imports in the admin: uploaded, followed, steered, reported."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from catalog.constants import ImportStatus
from catalog.jobs import run_import
from catalog.models import CatalogueImport, Work
from catalog.services import imports
from tests.catalog.import_files import imported, isbn, onix, product
from tests.factories.accounts import StaffFactory

pytestmark = pytest.mark.django_db
ADD = "admin:catalog_catalogueimport_add"


@pytest.fixture(autouse=True)
def private_files(tmp_path, settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "private": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "private")},
        },
    }


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


def page_of(found: CatalogueImport) -> str:
    return reverse("admin:catalog_catalogueimport_change", args=[found.pk])


def act(client: Client, found: CatalogueImport, name: str) -> None:
    url = reverse("admin:catalog_catalogueimport_act", args=[found.pk, name])
    assert client.post(url, {}).status_code == 302


class Context:
    """What a worker gives a job."""

    @staticmethod
    def should_abort() -> bool:
        return False


def test_upload_follow_undo(staff: Client) -> None:
    assert b"multipart/form-data" in staff.get(reverse(ADD)).content
    file = SimpleUploadedFile("spring.xml", onix(product(1, title="Sea Road"), product(2)))
    response = staff.post(reverse(ADD), {"file": file, "source": "Quay Press"})
    found = CatalogueImport.objects.get()
    assert response.url == page_of(found)
    assert (found.format, found.file_name, found.source) == ("onix", "spring.xml", "Quay Press")
    assert "spring" not in found.file.name
    job = ProcrastinateJob.objects.get(task_name="catalog.run_import")
    assert (job.args, job.queue_name) == ({"pk": found.pk}, "imports")
    assert b'http-equiv="refresh"' in staff.get(page_of(found)).content
    run_import(Context(), pk=found.pk)
    page = staff.get(page_of(found)).content.decode()
    assert "2 records dealt with" in page
    assert 'http-equiv="refresh"' not in page
    assert f"catalogue_import__id__exact={found.pk}&amp;outcome__exact=created" in page
    act(staff, found, "undo")
    run_import(Context(), pk=found.pk)
    found.refresh_from_db()
    assert found.status == ImportStatus.UNDONE
    assert not Work.objects.exists()
    assert b"What could not be undone" in staff.get(page_of(found)).content


def test_a_file_of_no_known_kind_is_refused_beside_the_field(staff: Client) -> None:
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.7 and so on")
    page = staff.post(reverse(ADD), {"file": file})
    assert page.status_code == 200
    assert b"errorlist" in page.content
    assert not CatalogueImport.objects.exists()


def test_tried_out_then_for_real(staff: Client) -> None:
    file = SimpleUploadedFile("spring.xml", onix(product(1)))
    staff.post(reverse(ADD), {"file": file, "dry_run": "on"})
    found = CatalogueImport.objects.get()
    run_import(Context(), pk=found.pk)
    assert not Work.objects.exists()
    assert b"nothing was changed" in staff.get(page_of(found)).content
    act(staff, found, "run-for-real")
    real = CatalogueImport.objects.get(dry_run=False)
    run_import(Context(), pk=real.pk)
    assert Work.objects.count() == 1


def test_paused_gone_on_with_cancelled(staff: Client) -> None:
    staff.post(reverse(ADD), {"file": SimpleUploadedFile("a.xml", onix(product(1)))})
    found = CatalogueImport.objects.get()
    act(staff, found, "pause")
    run_import(Context(), pk=found.pk)
    assert not Work.objects.exists()
    act(staff, found, "resume")
    url = reverse("admin:catalog_catalogueimport_act", args=[found.pk, "cancel"])
    assert b"stays until it is undone" in staff.get(url).content
    act(staff, found, "cancel")
    found.refresh_from_db()
    assert found.status == ImportStatus.CANCELLED


def test_the_report_is_a_table_that_no_spreadsheet_runs(staff: Client) -> None:
    done = imported(onix(product(1, title="=cmd()"), product(2, notification="04", title="Two")))
    url = reverse("admin:catalog_catalogueimport_report", args=[done.pk])
    text = b"".join(staff.get(url).streaming_content).decode().lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["outcome"] for row in rows] == ["Created", "Refused"]
    assert rows[0]["title"] == "'=cmd()"
    assert rows[1]["problem"] == "nothing_to_update"
    assert staff.get(reverse("admin:catalog_catalogueimport_report", args=[999])).status_code == 404


def test_without_permission_nothing(client: Client) -> None:
    done = imported(onix(product(1)))
    client.force_login(StaffFactory(is_superuser=False))
    for url in (
        reverse(ADD),
        page_of(done),
        reverse("admin:catalog_catalogueimport_report", args=[done.pk]),
    ):
        assert client.get(url).status_code == 403


def test_an_import_whose_worker_died_is_given_to_another() -> None:
    done = imported(onix(product(1)))
    CatalogueImport.objects.filter(pk=done.pk).update(
        status=ImportStatus.RUNNING, updated_at="2020-01-01T00:00:00Z"
    )
    assert imports.tend() == 1
    assert ProcrastinateJob.objects.filter(task_name="catalog.run_import").count() == 1
    # Asked for once: a second time changes nothing.
    assert imports.tend() == 1
    assert ProcrastinateJob.objects.filter(task_name="catalog.run_import").count() == 1
    run_import(Context(), pk=done.pk)
    done.refresh_from_db()
    assert (done.status, done.position) == (ImportStatus.DONE, 1)


def test_records_are_listed_by_outcome(staff: Client) -> None:
    done = imported(onix(product(1), product(2, notification="04")))
    url = reverse("admin:catalog_importrecord_changelist")
    page = staff.get(
        url, {"catalogue_import__id__exact": done.pk, "outcome__exact": "refused"}
    ).content.decode()
    assert "1 record" in page
    assert "partial update of a book" in page
    assert isbn(1) not in page

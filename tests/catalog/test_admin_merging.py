"""Staff merge, split, look at doubts, and take things back."""

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from catalog.constants import DoubtState
from catalog.models import Duplicate, Edition, Identifier, MatchDoubt, Merge, Person, Work
from catalog.services import people, works
from tests.factories.accounts import StaffFactory
from tests.factories.catalog import (
    ContributionFactory,
    EditionFactory,
    IdentifierFactory,
    PersonFactory,
    PublisherFactory,
    SubjectFactory,
    WantFactory,
    WorkFactory,
    WorkSubjectFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_client(client: Client) -> Client:
    client.force_login(StaffFactory())
    return client


def url_of(name: str, page: str, *args: object) -> str:
    return reverse(f"admin:catalog_{name}_{page}", args=args)


def test_works_are_chosen_compared_previewed_and_merged(staff_client: Client) -> None:
    kept, gone = WorkFactory(title="Emma"), WorkFactory(title="Emma, a novel")
    EditionFactory(work=kept)
    WantFactory(work=gone)
    data = {"action": "merge", "_selected_action": [kept.pk, gone.pk]}
    answer = staff_client.post(url_of("work", "changelist"), data)
    url = answer["Location"]
    page = staff_client.get(url).content.decode()
    assert "differs" in page
    assert f'value="{kept.pk}"' in page
    shown = staff_client.post(url, {"kept": kept.pk, "preview": "1"}).content.decode()
    assert "Wants: 1" in shown
    assert Work.objects.count() == 2
    done = staff_client.post(url, {"kept": kept.pk, "confirmed": "1", "reason": "One"}, follow=True)
    assert "merged" in done.content.decode()
    assert Work.objects.get() == kept
    record = Merge.objects.get()
    assert (record.reason, record.actor.is_staff) == ("One", True)
    history = staff_client.get(url_of("merge", "change", record.pk)).content.decode()
    assert "Wants: 1" in history
    back = staff_client.post(url_of("merge", "act", record.pk, "undo"), follow=True)
    assert "taken back" in back.content.decode()
    assert Work.objects.count() == 2
    again = staff_client.post(url_of("merge", "act", record.pk, "undo"), follow=True)
    assert "taken back already" in again.content.decode()


@pytest.mark.parametrize("kind", ["work", "edition", "person", "publisher", "series"])
def test_everything_has_a_page_to_merge(staff_client: Client, kind: str) -> None:
    url = url_of(kind, "merge")
    assert staff_client.get(url).status_code == 200
    assert staff_client.get(url, {"id": ["1", "x", "9" * 40, "٣"]}).status_code == 200
    assert staff_client.post(url, {"kept": "x"}).status_code == 200


def test_whoever_may_not_change_and_remove_may_not_merge(client: Client) -> None:
    from django.contrib.auth.models import Permission

    user = StaffFactory(is_superuser=False)
    user.user_permissions.add(Permission.objects.get(codename="change_work"))
    client.force_login(user)
    assert client.get(url_of("work", "merge")).status_code == 403


def test_a_row_that_went_meanwhile_is_said(staff_client: Client) -> None:
    kept, gone = PublisherFactory(), PublisherFactory()
    url = f"{url_of('publisher', 'merge')}?id={kept.pk}&id={gone.pk}"
    gone_key = gone.pk
    gone.delete()
    page = staff_client.post(url, {"kept": gone_key, "confirmed": "1"}).content.decode()
    assert "somebody was quicker" in page


def test_a_work_is_split(staff_client: Client) -> None:
    work = WorkFactory(title="Poems and Letters")
    EditionFactory(work=work)
    letters = EditionFactory(work=work, title="Letters")
    url = url_of("work", "split", work.pk)
    assert "Letters" in staff_client.get(url).content.decode()
    wrong = staff_client.post(
        url, {"editions": [e.pk for e in work.editions.all()], "title": "Letters"}
    )
    assert "Leave the work an edition" in wrong.content.decode()
    staff_client.post(url, {"editions": [letters.pk], "title": "Letters"})
    letters.refresh_from_db()
    assert letters.work.title == "Letters"


def test_a_doubt_is_shown_side_by_side_and_decided(staff_client: Client) -> None:
    ours, theirs = EditionFactory(title="Emma"), EditionFactory(title="Emma: a novel")
    evidence = [{"what": "title", "points": 600, "ours": "Emma", "theirs": "Emma: a novel"}]
    doubt = MatchDoubt.objects.create(
        kind="edition", reason="thin_record", edition=ours, candidate=theirs, score=600,
        candidates=[{"edition": theirs.pk, "score": 600, "evidence": evidence}],
    )  # fmt: skip
    assert "Doubtful matches" in staff_client.get(reverse("admin:index")).content.decode()
    page = staff_client.get(url_of("matchdoubt", "change", doubt.pk)).content.decode()
    for words in ("Emma: a novel", "600", "They are different", "Decide later", "merge/?id="):
        assert words in page
    for action, state in (
        ("later", DoubtState.LATER),
        ("ask-again", DoubtState.OPEN),
        ("different", DoubtState.DIFFERENT),
    ):
        staff_client.post(url_of("matchdoubt", "act", doubt.pk, action))
        doubt.refresh_from_db()
        assert doubt.state == state
    assert doubt.decided_by
    staff_client.post(url_of("matchdoubt", "act", doubt.pk, "ask-again"))
    url = f"{url_of('edition', 'merge')}?id={ours.pk}&id={theirs.pk}"
    staff_client.post(url, {"kept": theirs.pk, "confirmed": "1"})
    doubt.refresh_from_db()
    assert (doubt.state, Edition.objects.get()) == (DoubtState.SAME, theirs)
    page = staff_client.post(url_of("matchdoubt", "act", doubt.pk, "different"), follow=True)
    assert "merged meanwhile" in page.content.decode()


def test_a_job_finds_works_and_people_that_are_there_twice(staff_client: Client) -> None:
    latin = PersonFactory(name="Fyodor Dostoyevsky", sort_name="Dostoyevsky, Fyodor")
    russian = PersonFactory(name="Фёдор Достоевский", sort_name="Достоевский, Фёдор")
    other = PersonFactory(name="Fyodor Dostoevsky", sort_name="Dostoevsky, Fyodor", born=1950)
    PersonFactory(name="Unknown Author", sort_name="Unknown Author")
    PersonFactory(name="Unknown author", sort_name="Unknown author")
    Person.objects.filter(pk=latin.pk).update(born=1821)
    one, two = WorkFactory(title="The Idiot"), WorkFactory(title="Idiot")
    for work in (one, two):
        works.refresh(work=work)
    stranger = works.refresh(work=WorkFactory(title="The Idiot", author="Elif Batuman"))
    ContributionFactory(work=one, person=latin)
    ContributionFactory(work=two, person=russian)
    call_command("find_duplicates")
    pairs = set(Duplicate.objects.values_list("kind", "first_id", "second_id", "reason"))
    assert pairs == {
        ("work", one.pk, two.pk, "same_title_and_author"),
        ("person", latin.pk, russian.pk, "transliterated_name"),
        ("person", russian.pk, other.pk, "transliterated_name"),
    }
    assert stranger.pk not in {pk for kind, a, b, _r in pairs if kind == "work" for pk in (a, b)}
    found = Duplicate.objects.get(first_id=latin.pk)
    page = staff_client.get(url_of("duplicate", "change", found.pk)).content.decode()
    assert "Фёдор Достоевский" in page
    staff_client.post(url_of("duplicate", "act", found.pk, "different"))
    call_command("find_duplicates")
    assert Duplicate.objects.count() == 3
    found.refresh_from_db()
    assert found.state == DoubtState.DIFFERENT
    assert "Likely duplicates" in staff_client.get(reverse("admin:index")).content.decode()


def test_numbers_in_conflict_are_a_queue(staff_client: Client) -> None:
    for title in ("Emma", "Persuasion"):
        IdentifierFactory(edition=EditionFactory(title=title))
    page = staff_client.get(reverse("admin:index")).content.decode()
    assert "Identifiers in conflict" in page
    url = url_of("identifier", "changelist") + "?conflict__exact=1"
    assert "2 identifiers" in staff_client.get(url).content.decode()
    Identifier.objects.all().delete()


def test_a_person_renamed_is_renamed_on_their_books(staff_client: Client) -> None:
    work = works.refresh(work=WorkFactory(author="Currer Bell"))
    person = work.people.get()
    people.keep_names([person.pk])
    data = {
        "name": "Charlotte Brontë", "slug": person.slug, "sort_name": "Brontë, Charlotte",
        "other_names": "Currer Bell", "names-TOTAL_FORMS": 0, "names-INITIAL_FORMS": 0,
    }  # fmt: skip
    answer = staff_client.post(url_of("person", "change", person.pk), data)
    assert answer.status_code == 302, answer.content.decode()
    work.refresh_from_db()
    assert work.author_line == "Charlotte Brontë"
    assert set(person.names.values_list("name", flat=True)) == {"Charlotte Brontë", "Currer Bell"}


def test_a_subject_renamed_is_renamed_on_its_covers(staff_client: Client) -> None:
    subject = SubjectFactory(name="Sea")
    place = WorkSubjectFactory(subject=subject)
    data = {"scheme": "24", "code": subject.code, "slug": subject.slug, "name": "Ships"}
    answer = staff_client.post(url_of("subject", "change", subject.pk), data)
    assert answer.status_code == 302, answer.content.decode()
    place.work.refresh_from_db()
    assert place.work.cover_subject == "ships"


def test_a_contribution_edited_by_itself_is_seen_on_the_book(staff_client: Client) -> None:
    work = works.refresh(work=WorkFactory(author="A. Ghost"))
    part = work.contributions.get()
    data = {
        "work": work.pk,
        "person": PersonFactory(name="Ada Real").pk,
        "role": "A01",
        "sequence": 1,
    }
    answer = staff_client.post(url_of("contribution", "change", part.pk), data)
    assert answer.status_code == 302, answer.content.decode()
    work.refresh_from_db()
    assert work.author_line == "Ada Real"
    staff_client.post(url_of("contribution", "delete", part.pk), {"post": "yes"})
    work.refresh_from_db()
    assert work.author_line == ""

"""The team of a shop: asked by mail, let in once, never without an owner, and logged."""

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import tasks
from accounts.errors import InvitationError, TeamError
from accounts.models import Seller, SellerEvent, SellerInvitation, SellerMember, User
from accounts.selectors import sentences
from accounts.selectors.sentences import sentence, tell
from accounts.services import team
from accounts.services.activity import record
from books4all.lib.errors import NotFoundError
from tests.factories.accounts import (
    SellerEventFactory,
    SellerFactory,
    SellerInvitationFactory,
    SellerMemberFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def person(email: str, **fields: Any) -> User:
    """Return somebody who has confirmed their address."""
    user: User = UserFactory(email=email, **fields)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture
def owner() -> User:
    return person("hester@example.org", name="Hester")


@pytest.fixture
def shop(owner: User) -> Seller:
    seller: Seller = SellerFactory(name="Harbour & Quill", slug="harbour")
    SellerMemberFactory(seller=seller, user=owner)
    return seller


@pytest.fixture
def hers(client: Client, owner: User) -> Client:
    client.force_login(owner)
    return client


def link() -> str:
    """Send the latest invitation as the worker would, and return the path of its link."""
    job = (
        ProcrastinateJob.objects.filter(task_name="accounts.send_invitation").order_by("pk").last()
    )
    assert job is not None
    tasks.send_invitation(**job.args)
    [line] = [line for line in mail.outbox[-1].body.splitlines() if "/selling/invitations/" in line]
    return "/" + line.split("/", 3)[3]


def invite(hers: Client, shop: Seller, email: str = "tom@example.org", *roles: str) -> Any:
    data = {"email": email, "roles": list(roles or ("inventory", "orders"))}
    return hers.post(reverse("selling:team", args=[shop.slug]), data, follow=True)


def test_somebody_without_an_account_is_asked_signs_up_and_joins(
    hers: Client, shop: Seller
) -> None:
    assert "We have written to tom@example.org" in invite(hers, shop).content.decode()
    path = link()
    visitor = Client()
    page = visitor.get(path).content.decode()
    assert "/auth/signup/?next=" in page
    assert "Join the team" not in page
    tom = person("tom@example.org", name="Tom")
    visitor.force_login(tom)
    assert path in visitor.get(reverse("selling:shops")).content.decode(), "found without the mail"
    assert "Join the team" in visitor.get(path).content.decode()
    assert visitor.post(path)["Location"] == reverse("selling:team", args=[shop.slug])
    member = SellerMember.objects.get(user=tom)
    assert member.roles == ["inventory", "orders"]
    visitor.post(path)
    assert SellerMember.objects.filter(user=tom).count() == 1
    actions = list(SellerEvent.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["member.invited", "member.joined"]


def test_signing_up_by_the_link_leads_back_to_it(
    hers: Client, shop: Seller, deliver: Callable[[], list[Any]]
) -> None:
    invite(hers, shop)
    path = link()
    mail.outbox.clear()
    visitor = Client()
    account = {"email": "tom@example.org", "password1": "a street of many books", "next": path}
    visitor.post(reverse("account_signup"), account)
    [letter] = deliver()
    [confirm] = [line for line in letter.body.splitlines() if "/auth/confirm-email/" in line]
    answer = visitor.post("/" + confirm.split("/", 3)[3])
    assert answer["Location"] == path
    assert "Join the team" in visitor.get(path).content.decode()


def test_neither_the_table_nor_the_job_knows_the_secret(hers: Client, shop: Seller) -> None:
    invite(hers, shop)
    token = link().rstrip("/").rpartition("/")[2]
    [row] = SellerInvitation.objects.values_list()
    assert token not in map(str, row)
    assert token not in str(list(ProcrastinateJob.objects.values_list("args", flat=True)))


def test_another_address_is_told_which(hers: Client, shop: Seller) -> None:
    invite(hers, shop)
    path = link()
    other = Client()
    other.force_login(person("ann@example.org"))
    page = other.get(path).content.decode()
    assert "tom@example.org" in page
    assert "ann@example.org" in page
    assert "Sign in with that address" in other.post(path).content.decode()
    assert SellerMember.objects.count() == 1


def test_an_unconfirmed_address_is_not_enough(shop: Seller) -> None:
    asked = SellerInvitationFactory(seller=shop, email="tom@example.org")
    tom = UserFactory(email="tom@example.org")
    EmailAddress.objects.create(user=tom, email=tom.email, verified=False)
    with pytest.raises(InvitationError):
        team.accept(invitation=asked, user=tom)


def test_it_expires_after_seven_days(hers: Client, shop: Seller) -> None:
    invite(hers, shop)
    path = link()
    tom = Client()
    tom.force_login(person("tom@example.org"))
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1)):
        tom.force_login(User.objects.get(email="tom@example.org"))
        assert "has expired" in tom.get(path).content.decode()
        assert "has expired" in tom.post(path).content.decode()
    assert SellerMember.objects.count() == 1


def test_sending_again_ends_the_link_before(hers: Client, shop: Seller) -> None:
    invite(hers, shop)
    before = link()
    asked = SellerInvitation.objects.get()
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        hers.force_login(User.objects.get(email="hester@example.org"))
        hers.post(reverse("selling:invitation_resend", args=[shop.slug, asked.pk]))
        after = link()
        assert before != after
        assert Client().get(before).status_code == 404
        assert "can be accepted until" in Client().get(after).content.decode()


def test_a_withdrawn_one_opens_nothing_and_is_not_sent(hers: Client, shop: Seller) -> None:
    invite(hers, shop)
    path = link()
    asked = SellerInvitation.objects.get()
    hers.post(reverse("selling:invitation_withdraw", args=[shop.slug, asked.pk]))
    tom = person("tom@example.org")
    with pytest.raises(InvitationError):
        team.accept(invitation=asked, user=tom)
    assert "withdrawn" in Client().get(path).content.decode()
    mail.outbox.clear()
    tasks.send_invitation(pk=str(asked.pk), issue=asked.issue)
    assert mail.outbox == []
    assert invite(hers, shop).status_code == 200
    assert SellerInvitation.objects.count() == 2


@pytest.mark.parametrize(
    ("email", "says"),
    [("hester@example.org", "in the team already"), ("tom@example.org", "asked already")],
)
def test_nobody_is_asked_twice(hers: Client, shop: Seller, email: str, says: str) -> None:
    SellerInvitationFactory(seller=shop, email="tom@example.org")
    assert says in invite(hers, shop, email).content.decode()


def test_roles_are_changed_and_people_removed(hers: Client, shop: Seller, owner: User) -> None:
    tom = SellerMemberFactory(seller=shop, user=person("tom@example.org"), roles=["orders"])
    url = reverse("selling:member", args=[shop.slug, tom.pk])
    hers.post(url, {"roles": ["accounting", "inventory"]})
    tom.refresh_from_db()
    assert tom.roles == ["inventory", "accounting"]
    assert "Choose at least one role" in hers.post(url, {}).content.decode()
    hers.post(reverse("selling:member_remove", args=[shop.slug, tom.pk]))
    assert not SellerMember.objects.filter(pk=tom.pk).exists()
    page = hers.get(reverse("selling:activity", args=[shop.slug])).content.decode()
    assert "changed the roles of tom@example.org from Orders to Inventory, Accounting" in page
    assert "removed tom@example.org from the team" in page


def test_the_last_owner_can_not_go(hers: Client, shop: Seller, owner: User) -> None:
    mine = SellerMember.objects.get(user=owner)
    leave = reverse("selling:leave", args=[shop.slug])
    assert "needs an owner" in hers.post(leave).content.decode()
    edit = reverse("selling:member", args=[shop.slug, mine.pk])
    assert "needs an owner" in hers.post(edit, {"roles": ["orders"]}).content.decode()
    second = SellerMemberFactory(seller=shop, roles=["owner"])
    User.objects.filter(pk=second.user_id).update(is_active=False)
    assert "needs an owner" in hers.post(leave).content.decode(), "nobody is left who can sign in"
    User.objects.filter(pk=second.user_id).update(is_active=True)
    hers.post(leave)
    assert list(SellerMember.objects.all()) == [second]


def test_members_who_are_no_owners_see_no_addresses(client: Client, shop: Seller) -> None:
    packer = SellerMemberFactory(seller=shop, roles=["orders"])
    client.force_login(packer.user)
    page = client.get(reverse("selling:team", args=[shop.slug])).content.decode()
    assert "Hester" in page
    assert "hester@example.org" not in page
    assert invite(client, shop).status_code == 403
    assert client.post(reverse("selling:leave", args=[shop.slug])).status_code == 302


def test_rows_of_another_team_do_not_exist(shop: Seller, owner: User) -> None:
    theirs = SellerMemberFactory()
    asked = SellerInvitationFactory()
    for step in (team.resend, team.withdraw):
        with pytest.raises(NotFoundError):
            step(seller=shop, actor=owner, invitation=asked)
    with pytest.raises(NotFoundError):
        team.remove(seller=shop, actor=owner, member=theirs)
    with pytest.raises(NotFoundError):
        team.change_roles(seller=shop, actor=owner, member=theirs, roles=["owner"])


def test_the_log_turns_pages_by_key_and_by_person(
    hers: Client, shop: Seller, owner: User, django_assert_num_queries: Any
) -> None:
    tom = SellerMemberFactory(seller=shop, user=person("tom@example.org", name="Tom"))
    for n in range(60):
        SellerEventFactory(seller=shop, actor=owner, subject=f"SKU-{n:02}")
    SellerEventFactory(seller=shop, actor=tom.user, action="unheard.of_thing", subject="it")
    SellerEventFactory(subject="SKU-of-another-shop")
    url = reverse("selling:activity", args=[shop.slug])
    # The session, the user, the membership, the events with their actors, the team to filter by, and
    # what the menu counts.
    with django_assert_num_queries(6):
        first = hers.get(url)
    page = first.content.decode()
    assert "listed SKU-59" in page
    assert "unheard: of thing (it)" in page
    assert "SKU-11" in page
    assert "SKU-10" not in page
    assert "another-shop" not in page
    second = hers.get(url, {"cursor": first.context["page"].next}).content.decode()
    assert "SKU-10" in second
    assert "SKU-11" not in second
    alone = hers.get(url, {"person": tom.user_id}).content.decode()
    assert "unheard" in alone
    assert "SKU" not in alone
    assert hers.get(url, {"cursor": "forged"}).status_code == 404


def test_apps_above_bring_their_sentences(shop: Seller) -> None:
    tell({"test.done": "did %(subject)s at %(missing)s"})
    event = record(seller=shop, actor=None, action="test.done", subject="100%")
    assert sentence(event) == "did 100% at –"


def test_whatever_the_services_log_is_told_in_words() -> None:
    root = Path(__file__).resolve().parents[2]
    files = [
        path
        for app in ("accounts", "catalog", "orders")
        for path in (root / app / "services").rglob("*.py")
    ]
    known = set(sentences._sentences)
    nouns = "|".join(sorted({code.partition(".")[0] for code in known}))
    code = re.compile(rf'"((?:{nouns})\.[a-z_]+)"')
    logged = {found for path in files for found in code.findall(path.read_text(encoding="utf-8"))}
    assert len(logged) > 40
    assert logged - known == set()
    # Some are told more exactly by what they became: "listing.moved:paused".
    assert {code.partition(":")[0] for code in known} - logged - {"test.done"} == set()


def test_an_event_is_told_by_what_it_was_done_to() -> None:
    def told_of(action: str, subject: str, **details: object) -> str:
        return sentence(SellerEvent(action=action, subject=subject, details=details))

    assert told_of("listing.moved", "S1", to="paused") == "took S1 off sale for now"
    assert told_of("listing.moved", "S1", to="draft") == "set S1 to “draft”"
    assert told_of("listings.changed", "reprice") == "changed the prices of many copies"


# --- Races --------------------------------------------------------------------------------------
def at_once(*steps: Callable[[], object]) -> list[str]:
    """Run ``steps`` in threads of their own; return what became of each, sorted."""
    start, outcomes = threading.Barrier(len(steps)), []

    def run(step: Callable[[], object]) -> None:
        try:
            start.wait(timeout=10)
            step()
            outcomes.append("done")
        except (TeamError, InvitationError):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(step,)) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    close_old_connections()
    return sorted(outcomes)


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let both threads come to a check of ``team`` before either goes on (if they can)."""

    def at(name: str) -> None:
        barrier, real = threading.Barrier(2), getattr(team, name)

        def check(*args: Any) -> None:
            real(*args)
            # Broken when the other one waits for our lock.
            with suppress(threading.BrokenBarrierError):
                barrier.wait(timeout=1)

        monkeypatch.setattr(team, name, check)

    return at


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])
def test_the_last_two_owners_leave_at_once(
    monkeypatch: pytest.MonkeyPatch, meet: Callable[[str], None], *, locked: bool
) -> None:
    seller = SellerFactory()
    pair = [SellerMemberFactory(seller=seller) for _ in range(2)]
    meet("_check_owner_left")
    if not locked:
        monkeypatch.setattr(team, "_lock_team", lambda _seller: None)
    outcomes = at_once(
        *(lambda m=m: team.remove(seller=seller, actor=m.user, member=m) for m in pair)
    )
    left = SellerMember.objects.filter(seller=seller).count()
    # Without the lock nobody is left, which is what it is there for.
    assert (outcomes, left) == ((["done", "refused"], 1) if locked else (["done", "done"], 0))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])
def test_one_invitation_is_accepted_twice_at_once(
    monkeypatch: pytest.MonkeyPatch, meet: Callable[[str], None], *, locked: bool
) -> None:
    """By two accounts that have both confirmed its address, the worst that there can be."""
    seller = SellerMemberFactory().seller
    asked = SellerInvitationFactory(seller=seller, email="desk@example.org")
    pair = [UserFactory(), UserFactory()]
    monkeypatch.setattr(team, "owns_address", lambda _user, _email: True)
    meet("_check_acceptable")
    if not locked:
        monkeypatch.setattr(team, "_lock_team", lambda _seller: None)
        real = SellerInvitation.objects
        monkeypatch.setattr(
            type(real.all()), "select_for_update", lambda self, **_kwargs: self, raising=True
        )
    outcomes = at_once(*(lambda u=u: team.accept(invitation=asked, user=u) for u in pair))
    joined = SellerMember.objects.filter(seller=seller).count() - 1
    assert (outcomes, joined) == ((["done", "refused"], 1) if locked else (["done", "done"], 2))

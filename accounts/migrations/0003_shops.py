import accounts.models.applications
import books4all.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_selling"),
    ]

    operations = [
        migrations.AddField(
            model_name="seller",
            name="legal_name",
            field=models.CharField(
                blank=True, db_default="", max_length=150, verbose_name="name of the person or company"
            ),
        ),
        migrations.AddField(
            model_name="seller",
            name="phone",
            field=models.CharField(blank=True, db_default="", max_length=30, verbose_name="telephone"),
        ),
        migrations.AddField(
            model_name="seller",
            name="register_name",
            field=models.CharField(blank=True, db_default="", max_length=120, verbose_name="trade register"),
        ),
        migrations.AlterField(
            model_name="seller",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "Application begun"),
                    ("ready_for_review", "Waiting for review"),
                    ("changes_requested", "Changes asked for"),
                    ("approved", "Approved"),
                    ("rejected", "Rejected"),
                    ("suspended", "Suspended"),
                    ("closed", "Closed"),
                ],
                default="pending",
                max_length=20,
                verbose_name="status",
            ),
        ),
        migrations.CreateModel(
            name="SellerDetails",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "seller",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="details",
                        serialize=False,
                        to="accounts.seller",
                    ),
                ),
                (
                    "account_holder",
                    models.CharField(blank=True, max_length=120, verbose_name="account holder"),
                ),
                (
                    "account_number",
                    models.CharField(blank=True, max_length=40, verbose_name="payment account"),
                ),
                (
                    "document",
                    models.FileField(
                        blank=True,
                        max_length=120,
                        storage=accounts.models.applications.private_store,
                        upload_to=accounts.models.applications._place_of_document,
                        verbose_name="identification document",
                    ),
                ),
                (
                    "document_name",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="the file’s own name"
                    ),
                ),
                (
                    "document_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="document given"),
                ),
                (
                    "tax_number",
                    models.CharField(blank=True, max_length=30, verbose_name="tax number"),
                ),
                (
                    "birth_date",
                    models.DateField(blank=True, null=True, verbose_name="date of birth"),
                ),
                (
                    "home_street",
                    models.CharField(blank=True, max_length=200, verbose_name="street and number"),
                ),
                (
                    "home_postcode",
                    models.CharField(blank=True, max_length=12, verbose_name="postcode"),
                ),
                (
                    "lawful_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="declared to sell lawfully"
                    ),
                ),
                (
                    "terms_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="agreed to the terms"),
                ),
                ("note", models.TextField(blank=True, verbose_name="words of staff")),
                (
                    "remarks",
                    models.JSONField(blank=True, default=dict, verbose_name="remarks by item"),
                ),
                (
                    "lawful_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "terms_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "seller’s private details",
                "verbose_name_plural": "sellers’ private details",
                "ordering": ("seller",),
            },
        ),
        migrations.CreateModel(
            name="SellerInvitation",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "id",
                    models.UUIDField(
                        default=books4all.lib.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-mail address")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("owner", "Owner"),
                                ("inventory", "Inventory"),
                                ("orders", "Orders"),
                                ("accounting", "Accounting"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                        verbose_name="roles",
                    ),
                ),
                ("issue", models.PositiveSmallIntegerField(default=1, editable=False)),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("expires_at", models.DateTimeField(verbose_name="can be accepted until")),
                (
                    "accepted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="accepted"),
                ),
                (
                    "withdrawn_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="withdrawn"),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitations",
                        to="accounts.seller",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation to a team",
                "verbose_name_plural": "invitations to teams",
                "ordering": ("-created_at", "-pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("accepted_at", None), ("withdrawn_at", None)),
                        fields=["email"],
                        name="invitation_open_by_email",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("accepted_at", None), ("withdrawn_at", None)),
                        fields=("seller", "email"),
                        name="invitation_one_open_each",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("roles", []), _negated=True),
                        name="invitation_has_a_role",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted_at", None), ("withdrawn_at", None), _connector="OR"
                        ),
                        name="invitation_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("created_at"))),
                        name="invitation_lasts",
                    ),
                ],
            },
        ),
    ]

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from books4all.lib.models import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SellerEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("action", models.CharField(max_length=40, verbose_name="what")),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="to what")),
                ("details", models.JSONField(blank=True, default=dict, verbose_name="details")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="when"
                    ),
                ),
            ],
            options={
                "verbose_name": "activity of a shop",
                "verbose_name_plural": "activity of shops",
                "ordering": ("-created_at", "-pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="sellermember",
            constraint=models.CheckConstraint(
                condition=models.Q(("roles", []), _negated=True),
                name="member_has_a_role",
                violation_error_message="Choose at least one role.",
            ),
        ),
        migrations.AddField(
            model_name="sellerevent",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="sellerevent",
            name="seller",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="activity",
                to="accounts.seller",
            ),
        ),
        migrations.AddIndex(
            model_name="sellerevent",
            index=models.Index(fields=["seller", "-created_at", "-id"], name="activity_of_seller"),
        ),
        *append_only(["accounts_sellerevent"]),
    ]

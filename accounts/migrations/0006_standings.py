import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_holidays"),
    ]

    operations = [
        migrations.CreateModel(
            name="SellerStanding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "days",
                    models.PositiveSmallIntegerField(
                        choices=[(90, "90 days"), (365, "12 months")], verbose_name="days"
                    ),
                ),
                ("as_of", models.DateTimeField(verbose_name="until")),
                ("orders", models.PositiveIntegerField(default=0, verbose_name="orders")),
                (
                    "cancelled",
                    models.PositiveIntegerField(
                        default=0, verbose_name="refused or cancelled by the shop"
                    ),
                ),
                (
                    "due",
                    models.PositiveIntegerField(
                        default=0, verbose_name="orders whose posting was due"
                    ),
                ),
                (
                    "in_time",
                    models.PositiveIntegerField(default=0, verbose_name="of these posted in time"),
                ),
                ("rating_sum", models.PositiveIntegerField(default=0, verbose_name="stars")),
                ("rating_count", models.PositiveIntegerField(default=0, verbose_name="ratings")),
                (
                    "questions",
                    models.PositiveIntegerField(
                        default=0, verbose_name="conversations begun by readers"
                    ),
                ),
                (
                    "answered",
                    models.PositiveIntegerField(default=0, verbose_name="of these answered"),
                ),
                (
                    "answer_minutes",
                    models.PositiveIntegerField(
                        blank=True, null=True, verbose_name="minutes to an answer"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="standings",
                        to="accounts.seller",
                    ),
                ),
            ],
            options={
                "verbose_name": "standing of a seller",
                "verbose_name_plural": "standings of sellers",
                "ordering": ("seller", "days"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("seller", "days"), name="standing_once_a_window"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled__lte", models.F("orders")),
                            ("in_time__lte", models.F("due")),
                            ("due__lte", models.F("orders")),
                            ("answered__lte", models.F("questions")),
                        ),
                        name="standing_parts_of_wholes",
                    ),
                ],
            },
        ),
    ]

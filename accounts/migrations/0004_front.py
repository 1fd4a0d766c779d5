import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_shops"),
    ]

    operations = [
        # A seller and a span of days in one index: no two closures of a shop overlap.
        BtreeGistExtension(),
        migrations.CreateModel(
            name="FrontPicture",
            fields=[
                (
                    "seller",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="new_picture",
                        serialize=False,
                        to="accounts.seller",
                    ),
                ),
                ("data", models.BinaryField()),
                ("alt", models.CharField(blank=True, max_length=300, verbose_name="description")),
                (
                    "problem",
                    models.CharField(blank=True, max_length=300, verbose_name="why it was refused"),
                ),
            ],
            options={
                "verbose_name": "picture of a shop on its way",
                "verbose_name_plural": "pictures of shops on their way",
            },
        ),
        migrations.AddField(
            model_name="seller",
            name="front_image",
            field=models.JSONField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="seller",
            name="minimum_minor",
            field=models.PositiveIntegerField(
                default=0, db_default=0, verbose_name="smallest order (pence)"
            ),
        ),
        migrations.AddField(
            model_name="seller",
            name="return_postage",
            field=models.CharField(
                choices=[("buyer", "The buyer"), ("seller", "The shop")],
                default="buyer",
                db_default="buyer",
                max_length=6,
                verbose_name="who pays to send a copy back",
            ),
        ),
        migrations.AddField(
            model_name="seller",
            name="return_words",
            field=models.CharField(
                blank=True, default="", db_default="", max_length=1000, verbose_name="about returns"
            ),
        ),
        migrations.CreateModel(
            name="Closure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField(verbose_name="closed from")),
                (
                    "last_day",
                    models.DateField(
                        blank=True,
                        help_text="Left empty: until further notice",
                        null=True,
                        verbose_name="to",
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, max_length=200, verbose_name="note for buyers"),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="closures",
                        to="accounts.seller",
                    ),
                ),
            ],
            options={
                "verbose_name": "closure",
                "verbose_name_plural": "closures",
                "ordering": ("first_day", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("last_day__isnull", True),
                            ("last_day__gte", models.F("first_day")),
                            _connector="OR",
                        ),
                        name="closure_in_order",
                        violation_error_message="The last day closed is before the first.",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            ("seller", "="),
                            (
                                models.Func(
                                    django.db.models.functions.comparison.Cast(
                                        "first_day", models.DateField()
                                    ),
                                    models.ExpressionWrapper(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.functions.comparison.Cast(
                                                "last_day", models.DateField()
                                            ),
                                            "+",
                                            models.Value(1),
                                        ),
                                        output_field=models.DateField(),
                                    ),
                                    models.Value("[]"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            ),
                        ],
                        name="closure_apart",
                        violation_error_message="Another closure takes up some of these days, or the day beside them. Change that one instead.",
                    ),
                ],
            },
        ),
    ]

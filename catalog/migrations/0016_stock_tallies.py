import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_standings'),
        ('catalog', '0015_weights_in_search'),
    ]

    operations = [
        migrations.CreateModel(
            name='StockTally',
            fields=[
                ('seller', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='stock_tally', serialize=False, to='accounts.seller')),
                ('counted_at', models.DateTimeField(verbose_name='counted')),
                ('no_photo', models.PositiveIntegerField(default=0, verbose_name='without a photograph')),
                ('priced_high', models.PositiveIntegerField(default=0, verbose_name='priced high')),
                ('long_here', models.PositiveIntegerField(default=0, verbose_name='long on the shelf')),
                ('no_photo_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                ('priced_high_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                ('long_here_ids', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
            ],
            options={
                'verbose_name': 'tally of a stock',
                'verbose_name_plural': 'tallies of stocks',
            },
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(fields=['seller', 'status', '-id'], name='listing_seller_status'),
        ),
        # How a shop keeps its word stands on its page.
        migrations.RunSQL(
            """
            CREATE TRIGGER page_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE
                ON accounts_sellerstanding
                FOR EACH STATEMENT EXECUTE FUNCTION catalog_page_changed()
            """,
            "DROP TRIGGER IF EXISTS page_changed ON accounts_sellerstanding",
        ),
    ]

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0012_page_changes'),
    ]

    operations = [
        migrations.AddField(
            model_name='listing',
            name='categories',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, db_default=[], default=list, size=None, verbose_name='the shop’s own categories'),
        ),
        migrations.AddField(
            model_name='listing',
            name='cost_minor',
            field=models.BigIntegerField(blank=True, null=True, verbose_name='what it cost the shop (pence)'),
        ),
        migrations.AddField(
            model_name='listing',
            name='edition_text',
            field=models.CharField(blank=True, db_default='', default='', max_length=120, verbose_name='edition, as stated'),
        ),
        migrations.AddField(
            model_name='listing',
            name='keywords',
            field=models.CharField(blank=True, db_default='', default='', max_length=500, verbose_name='keywords'),
        ),
        migrations.AddField(
            model_name='listing',
            name='printing',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='printing'),
        ),
        migrations.AddField(
            model_name='listing',
            name='weight_g',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='weight (g)'),
        ),
    ]

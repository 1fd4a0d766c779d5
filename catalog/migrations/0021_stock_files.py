import books4all.lib.ids
import catalog.models.imports
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_selling'),
        ('catalog', '0020_first_prices'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='InventoryImport',
            fields=[
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.UUIDField(default=books4all.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('file', models.FileField(storage=catalog.models.imports.private_storage, upload_to='inventory/%Y/%m/', verbose_name='file')),
                ('file_name', models.CharField(max_length=200, verbose_name='file’s name')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='bytes')),
                ('digest', models.CharField(editable=False, max_length=64)),
                ('format', models.CharField(max_length=12, verbose_name='format')),
                ('encoding', models.CharField(blank=True, max_length=40, verbose_name='encoding')),
                ('mapping', models.JSONField(blank=True, default=dict, verbose_name='columns')),
                ('choices', models.JSONField(blank=True, default=dict, verbose_name='choices')),
                ('mode', models.CharField(choices=[('update', 'Add and update'), ('replace', 'Replace everything'), ('delete', 'Delete these')], default='update', max_length=8, verbose_name='what to do')),
                ('status', models.CharField(choices=[('matching', 'Columns to match'), ('checking', 'Being checked'), ('checked', 'Checked'), ('publishing', 'Being published'), ('published', 'Published'), ('failed', 'Stopped'), ('cancelled', 'Cancelled')], default='checking', max_length=10, verbose_name='status')),
                ('paused', models.BooleanField(default=False, verbose_name='paused')),
                ('at_once', models.BooleanField(default=False, verbose_name='published without a look')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='rows dealt with')),
                ('total', models.PositiveIntegerField(blank=True, null=True, verbose_name='rows in the file')),
                ('bytes_read', models.PositiveBigIntegerField(default=0, editable=False)),
                ('checked', models.JSONField(default=dict, editable=False, verbose_name='outcomes of the check')),
                ('counts', models.JSONField(default=dict, editable=False, verbose_name='outcomes')),
                ('may_withdraw', models.PositiveIntegerField(default=0, verbose_name='copies that may be withdrawn')),
                ('failure', models.JSONField(blank=True, default=dict, editable=False, verbose_name='failure')),
                ('started_at', models.DateTimeField(blank=True, null=True, verbose_name='begun')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('heartbeat', models.DateTimeField(blank=True, null=True, verbose_name='last sign of life')),
                ('runner', models.UUIDField(blank=True, editable=False, null=True)),
                ('worked', models.FloatField(default=0, editable=False)),
                ('seller', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='inventory_imports', to='accounts.seller', verbose_name='shop')),
                ('started_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
            ],
            options={
                'verbose_name': 'stock file',
                'verbose_name_plural': 'stock files',
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='InventoryRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='row')),
                ('line', models.PositiveIntegerField(default=0, verbose_name='line')),
                ('sku', models.CharField(blank=True, max_length=60, verbose_name='SKU')),
                ('title', models.CharField(blank=True, max_length=200, verbose_name='title')),
                ('author', models.CharField(blank=True, max_length=200, verbose_name='author')),
                ('outcome', models.CharField(choices=[('new', 'New'), ('changed', 'Changed'), ('unchanged', 'Unchanged'), ('gone', 'Sold or deleted'), ('withdrawn', 'Not in the file'), ('ignored', 'Left out'), ('refused', 'Needs a correction')], max_length=10, verbose_name='outcome')),
                ('changes', models.JSONField(blank=True, default=dict, verbose_name='changes')),
                ('problems', models.JSONField(blank=True, default=list, verbose_name='problems')),
                ('data', models.JSONField(blank=True, editable=False, null=True)),
                ('corrected', models.BooleanField(default=False, verbose_name='corrected')),
                ('inventory_import', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='catalog.inventoryimport', verbose_name='stock file')),
            ],
            options={
                'verbose_name': 'row of a stock file',
                'verbose_name_plural': 'rows of stock files',
                'ordering': ('inventory_import', 'number'),
            },
        ),
        migrations.CreateModel(
            name='InventorySettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('columns', models.CharField(max_length=64)),
                ('mapping', models.JSONField(blank=True, default=dict, verbose_name='columns')),
                ('choices', models.JSONField(blank=True, default=dict, verbose_name='choices')),
                ('seller', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='inventory_settings', to='accounts.seller')),
            ],
            options={
                'verbose_name': 'columns of a shop’s files',
                'verbose_name_plural': 'columns of shops’ files',
                'ordering': ('-pk',),
            },
        ),
        migrations.AddIndex(
            model_name='inventoryimport',
            index=models.Index(fields=['seller', '-id'], name='inventoryimport_of_seller'),
        ),
        migrations.AddIndex(
            model_name='inventoryimport',
            index=models.Index(condition=models.Q(('paused', False), ('status__in', ('checking', 'publishing'))), fields=['updated_at'], name='inventoryimport_moving'),
        ),
        migrations.AddIndex(
            model_name='inventoryrow',
            index=models.Index(fields=['inventory_import', 'outcome', 'number'], name='inventoryrow_outcome'),
        ),
        migrations.AddConstraint(
            model_name='inventoryrow',
            constraint=models.UniqueConstraint(fields=('inventory_import', 'number'), name='inventoryrow_number_once'),
        ),
        migrations.AddConstraint(
            model_name='inventorysettings',
            constraint=models.UniqueConstraint(fields=('seller', 'columns'), name='inventorysettings_once_a_table'),
        ),
    ]

import books4all.lib.ids
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_selling'),
        ('catalog', '0017_wants'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='BulkChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(max_length=60, verbose_name='SKU')),
                ('before', models.JSONField(default=dict, verbose_name='before')),
                ('after', models.JSONField(default=dict, verbose_name='after')),
                ('problem', models.CharField(blank=True, max_length=30, verbose_name='why not')),
                ('undone', models.BooleanField(default=False, verbose_name='taken back')),
            ],
            options={
                'verbose_name': 'change to one of many listings',
                'verbose_name_plural': 'changes to one of many listings',
                'ordering': ('edit', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='BulkEdit',
            fields=[
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.UUIDField(default=books4all.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('action', models.CharField(choices=[('reprice', 'Change prices'), ('pause', 'Take off sale for now'), ('on_sale', 'Put on sale'), ('withdraw', 'Withdraw for good'), ('delete', 'Delete drafts'), ('move', 'Move to a shelf or category')], max_length=12, verbose_name='what')),
                ('terms', models.JSONField(blank=True, default=dict, verbose_name='how')),
                ('chosen', models.JSONField(blank=True, default=dict, verbose_name='which')),
                ('up_to', models.BigIntegerField(default=0, editable=False)),
                ('status', models.CharField(choices=[('prepared', 'Not made yet'), ('running', 'Being made'), ('done', 'Made'), ('undoing', 'Being taken back'), ('undone', 'Taken back')], default='prepared', max_length=9, verbose_name='status')),
                ('position', models.BigIntegerField(default=0, editable=False)),
                ('changed', models.PositiveIntegerField(default=0, verbose_name='changed')),
                ('left_out', models.PositiveIntegerField(default=0, verbose_name='left out')),
                ('undone', models.PositiveIntegerField(default=0, verbose_name='taken back')),
                ('kept', models.PositiveIntegerField(default=0, verbose_name='not taken back')),
                ('finished_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
            ],
            options={
                'verbose_name': 'change to many listings',
                'verbose_name_plural': 'changes to many listings',
                'ordering': ('-pk',),
            },
        ),
        migrations.CreateModel(
            name='ListingPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='place')),
                ('status', models.CharField(choices=[('waiting', 'Being made'), ('ready', 'Shown'), ('refused', 'Refused')], default='waiting', max_length=7, verbose_name='status')),
                ('problem', models.CharField(blank=True, editable=False, max_length=30)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='why it was refused')),
                ('sha256', models.CharField(max_length=64, verbose_name='checksum of the file (SHA-256)')),
                ('name', models.CharField(blank=True, db_index=True, editable=False, max_length=40)),
                ('width', models.PositiveIntegerField(default=0, verbose_name='width')),
                ('height', models.PositiveIntegerField(default=0, verbose_name='height')),
                ('widths', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, editable=False, size=None)),
                ('colour', models.CharField(blank=True, max_length=7, verbose_name='most common colour')),
                ('alt', models.CharField(blank=True, help_text='What can be seen, for those who can’t: “The title page, with a stain”', max_length=300, verbose_name='description')),
            ],
            options={
                'verbose_name': 'photograph of a copy',
                'verbose_name_plural': 'photographs of copies',
                'ordering': ('listing', 'position', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='PriceChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('price_minor', models.BigIntegerField(verbose_name='price (pence)')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('offered', models.BooleanField(verbose_name='on sale')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='from')),
            ],
            options={
                'verbose_name': 'change of price',
                'verbose_name_plural': 'changes of prices',
                'ordering': ('-at', '-pk'),
            },
        ),
        migrations.AlterField(
            model_name='stockmovement',
            name='listing',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='movements', to='catalog.listing'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(fields=['seller', '-id'], name='listing_seller_latest'),
        ),
        migrations.AddField(
            model_name='bulkchange',
            name='listing',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='catalog.listing'),
        ),
        migrations.AddField(
            model_name='bulkedit',
            name='actor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bulkedit',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bulk_edits', to='accounts.seller'),
        ),
        migrations.AddField(
            model_name='bulkchange',
            name='edit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='catalog.bulkedit'),
        ),
        migrations.CreateModel(
            name='PhotoOriginal',
            fields=[
                ('photo', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='original', serialize=False, to='catalog.listingphoto')),
                ('data', models.BinaryField()),
            ],
            options={
                'verbose_name': 'original of a photograph',
                'verbose_name_plural': 'originals of photographs',
            },
        ),
        migrations.AddField(
            model_name='listingphoto',
            name='created_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='listingphoto',
            name='listing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='catalog.listing'),
        ),
        migrations.AddField(
            model_name='pricechange',
            name='listing',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='price_changes', to='catalog.listing'),
        ),
        migrations.AddIndex(
            model_name='bulkedit',
            index=models.Index(fields=['seller', '-id'], name='bulkedit_of_seller'),
        ),
        migrations.AddConstraint(
            model_name='bulkchange',
            constraint=models.UniqueConstraint(fields=('edit', 'listing'), name='bulkchange_once'),
        ),
        migrations.AddIndex(
            model_name='listingphoto',
            index=models.Index(fields=['listing', 'position', 'id'], name='photo_of_listing'),
        ),
        migrations.AddConstraint(
            model_name='listingphoto',
            constraint=models.UniqueConstraint(fields=('listing', 'sha256'), name='photo_file_once'),
        ),
        migrations.AddConstraint(
            model_name='listingphoto',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'ready'), _negated=True), models.Q(('width__gt', 0), ('height__gt', 0), models.Q(('name', ''), _negated=True), ('widths__len__gt', 0)), _connector='OR'), name='photo_ready_has_files'),
        ),
        migrations.AddConstraint(
            model_name='listingphoto',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='photo_refused_says_why'),
        ),
        migrations.AddIndex(
            model_name='pricechange',
            index=models.Index(fields=['listing', '-at', '-id'], name='price_of_listing'),
        ),
    ]

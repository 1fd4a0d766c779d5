import books4all.lib.ids
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_standings'),
        ('catalog', '0016_stock_tallies'),
        ('orders', '0004_parcels_of_before'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=books4all.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('side', models.CharField(choices=[('buyer', 'Reader'), ('seller', 'Shop')], max_length=6, verbose_name='by')),
                ('text', models.TextField(max_length=4000, verbose_name='message')),
                ('hidden_at', models.DateTimeField(blank=True, null=True, verbose_name='hidden')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='sent')),
            ],
            options={
                'verbose_name': 'message',
                'verbose_name_plural': 'messages',
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='MessageBlock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('buyer', 'Reader'), ('seller', 'Shop')], max_length=6, verbose_name='blocked by')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='since')),
            ],
            options={
                'verbose_name': 'block',
                'verbose_name_plural': 'blocks',
                'ordering': ('-created_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='MessageReport',
            fields=[
                ('id', models.UUIDField(default=books4all.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('side', models.CharField(choices=[('buyer', 'Reader'), ('seller', 'Shop')], max_length=6, verbose_name='reported by')),
                ('reason', models.CharField(choices=[('rude', 'Rude or threatening'), ('spam', 'Advertising'), ('outside', 'Wants to trade past the marketplace'), ('fraud', 'Looks like fraud'), ('other', 'Something else')], max_length=10, verbose_name='why')),
                ('details', models.TextField(blank=True, max_length=1000, verbose_name='in their words')),
                ('handled_at', models.DateTimeField(blank=True, null=True, verbose_name='looked at')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='reported')),
            ],
            options={
                'verbose_name': 'report of a conversation',
                'verbose_name_plural': 'reports of conversations',
                'ordering': ('-created_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.UUIDField(default=books4all.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('subject', models.CharField(max_length=200, verbose_name='about')),
                ('begun_by', models.CharField(choices=[('buyer', 'Reader'), ('seller', 'Shop')], max_length=6, verbose_name='begun by')),
                ('last_by', models.CharField(choices=[('buyer', 'Reader'), ('seller', 'Shop')], max_length=6, verbose_name='last word')),
                ('last_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='last message')),
                ('seller_unread', models.PositiveIntegerField(default=0, editable=False)),
                ('buyer_unread', models.PositiveIntegerField(default=0, editable=False)),
                ('seller_archived', models.BooleanField(default=False, verbose_name='put away by the shop')),
                ('buyer_archived', models.BooleanField(default=False, verbose_name='put away by the reader')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='begun')),
            ],
            options={
                'verbose_name': 'conversation',
                'verbose_name_plural': 'conversations',
                'ordering': ('-last_at', '-pk'),
            },
        ),
        migrations.AddField(
            model_name='sellerorder',
            name='dispatch_days',
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='to be posted within (working days)'),
        ),
        migrations.AddField(
            model_name='message',
            name='author',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='messageblock',
            name='buyer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='messageblock',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.seller'),
        ),
        migrations.AddField(
            model_name='messagereport',
            name='reporter',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='thread',
            name='buyer',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='threads', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='thread',
            name='listing',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='threads', to='catalog.listing'),
        ),
        migrations.AddField(
            model_name='thread',
            name='seller',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='accounts.seller'),
        ),
        migrations.AddField(
            model_name='thread',
            name='seller_order',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='orders.sellerorder'),
        ),
        migrations.AddField(
            model_name='messagereport',
            name='thread',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='orders.thread'),
        ),
        migrations.AddField(
            model_name='message',
            name='thread',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='orders.thread'),
        ),
        migrations.AddConstraint(
            model_name='messageblock',
            constraint=models.UniqueConstraint(fields=('seller', 'buyer', 'side'), name='block_once_a_side'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['seller', '-last_at', '-id'], name='thread_of_seller'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['buyer', '-last_at', '-id'], name='thread_of_buyer'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('seller_unread__gt', 0)), fields=['seller'], name='thread_unread_by_seller'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(condition=models.Q(('buyer_unread__gt', 0)), fields=['buyer'], name='thread_unread_by_buyer'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['created_at'], name='thread_begun'),
        ),
        migrations.AddConstraint(
            model_name='thread',
            constraint=models.CheckConstraint(condition=models.Q(('seller_order__isnull', True), ('listing__isnull', True), _connector='OR'), name='thread_about_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='thread',
            constraint=models.UniqueConstraint(fields=('seller_order',), name='thread_one_an_order'),
        ),
        migrations.AddConstraint(
            model_name='thread',
            constraint=models.UniqueConstraint(fields=('buyer', 'listing'), name='thread_one_a_copy'),
        ),
        migrations.AddIndex(
            model_name='messagereport',
            index=models.Index(condition=models.Q(('handled_at__isnull', True)), fields=['created_at'], name='report_open'),
        ),
        migrations.AddConstraint(
            model_name='messagereport',
            constraint=models.UniqueConstraint(condition=models.Q(('handled_at__isnull', True)), fields=('thread', 'side'), name='report_open_once'),
        ),
        migrations.AddIndex(
            model_name='message',
            index=models.Index(fields=['thread', 'created_at', 'id'], name='message_of_thread'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='message_says_something'),
        ),
    ]

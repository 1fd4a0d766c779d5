import books4all.lib.ids
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_selling'),
        ('catalog', '0013_listing_terms'),
        ('orders', '0002_guards'),
    ]

    operations = [
        migrations.CreateModel(
            name='Refusal',
            fields=[
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('id', models.UUIDField(default=books4all.lib.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('not_found', 'It can’t be found'), ('damaged', 'It is damaged'), ('mispriced', 'It was priced wrong'), ('cannot_post', 'It can’t be posted to this address'), ('other', 'Another reason')], max_length=12, verbose_name='why')),
                ('words', models.CharField(blank=True, max_length=200, verbose_name='in words')),
                ('restocked', models.BooleanField(verbose_name='put back on sale')),
                ('delivery_minor', models.BigIntegerField(default=0, verbose_name='delivery given back (pence)')),
            ],
            options={
                'verbose_name': 'refusal',
                'verbose_name_plural': 'refusals',
                'ordering': ('created_at', 'pk'),
            },
        ),
        migrations.CreateModel(
            name='RefusalLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount (pence)')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
            ],
            options={
                'verbose_name': 'refused book',
                'verbose_name_plural': 'refused books',
                'ordering': ('pk',),
            },
        ),
        migrations.CreateModel(
            name='ShipmentLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
            ],
            options={
                'verbose_name': 'book in a shipment',
                'verbose_name_plural': 'books in shipments',
                'ordering': ('pk',),
            },
        ),
        migrations.RemoveIndex(
            model_name='sellerorder',
            name='sellerorder_of_seller',
        ),
        migrations.AddField(
            model_name='orderline',
            name='posted',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='posted'),
        ),
        migrations.AddField(
            model_name='orderline',
            name='refused',
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name='refused'),
        ),
        migrations.AlterField(
            model_name='orderevent',
            name='type',
            field=models.CharField(choices=[('created', 'Order written'), ('placed', 'Paid and placed'), ('expired', 'Not paid in time'), ('accepted', 'Accepted by the shop'), ('shipped', 'Posted'), ('delivered', 'Delivered'), ('cancelled', 'Cancelled'), ('refused', 'Partly refused by the shop'), ('tracking', 'Tracking corrected'), ('refund_asked', 'Refund asked for'), ('refunded', 'Refunded'), ('refund_failed', 'Refund failed'), ('payment_problem', 'Payment needs a look')], max_length=20, verbose_name='what'),
        ),
        migrations.AlterField(
            model_name='sellerorder',
            name='status',
            field=models.CharField(choices=[('pending', 'Waiting for payment'), ('placed', 'Placed'), ('accepted', 'Accepted'), ('partly', 'Partly posted'), ('shipped', 'Posted'), ('delivered', 'Delivered'), ('cancelled', 'Cancelled'), ('expired', 'Not paid in time')], default='pending', max_length=10, verbose_name='status'),
        ),
        migrations.AddIndex(
            model_name='sellerorder',
            index=models.Index(fields=['seller', 'status', 'id'], name='sellerorder_by_status'),
        ),
        migrations.AddIndex(
            model_name='sellerorder',
            index=models.Index(fields=['seller', 'id'], name='sellerorder_by_age'),
        ),
        migrations.AddIndex(
            model_name='sellerorder',
            index=models.Index(fields=['seller', 'updated_at', 'id'], name='sellerorder_by_change'),
        ),
        migrations.AddConstraint(
            model_name='orderline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', django.db.models.expressions.CombinedExpression(models.F('posted'), '+', models.F('refused')))), name='orderline_no_more_than_bought'),
        ),
        migrations.AddField(
            model_name='refusal',
            name='refund',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='refusal', to='orders.refund'),
        ),
        migrations.AddField(
            model_name='refusal',
            name='seller_order',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refusals', to='orders.sellerorder'),
        ),
        migrations.AddField(
            model_name='refusalline',
            name='order_line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refusal_lines', to='orders.orderline'),
        ),
        migrations.AddField(
            model_name='refusalline',
            name='refusal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.refusal'),
        ),
        migrations.AddField(
            model_name='shipmentline',
            name='order_line',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='shipment_lines', to='orders.orderline'),
        ),
        migrations.AddField(
            model_name='shipmentline',
            name='shipment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.shipment'),
        ),
        migrations.AddConstraint(
            model_name='refusal',
            constraint=models.CheckConstraint(condition=models.Q(('delivery_minor__gte', 0)), name='refusal_delivery_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='refusal',
            constraint=models.UniqueConstraint(condition=models.Q(('delivery_minor__gt', 0)), fields=('seller_order',), name='refusal_delivery_once'),
        ),
        migrations.AddConstraint(
            model_name='refusalline',
            constraint=models.UniqueConstraint(fields=('refusal', 'order_line'), name='refusalline_once'),
        ),
        migrations.AddConstraint(
            model_name='refusalline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1), ('amount_minor__gt', 0)), name='refusalline_positive'),
        ),
        migrations.AddConstraint(
            model_name='shipmentline',
            constraint=models.UniqueConstraint(fields=('shipment', 'order_line'), name='shipmentline_once'),
        ),
        migrations.AddConstraint(
            model_name='shipmentline',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='shipmentline_positive'),
        ),
    ]

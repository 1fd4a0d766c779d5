import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import django_countries.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("catalog", "0016_stock_tallies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='WantMatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('price_minor', models.BigIntegerField(verbose_name='price, delivered (pence)')),
                ('matched_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='matched')),
                ('letter', models.UUIDField(blank=True, editable=False, null=True, verbose_name='letter')),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='told')),
                ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='seen')),
            ],
            options={
                'verbose_name': 'match of a want',
                'verbose_name_plural': 'matches of wants',
                'ordering': ('-matched_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='WantSweep',
            fields=[
                ('id', models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('swept_to', models.DateTimeField()),
                ('work_id', models.BigIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'state of the matching of wants',
                'verbose_name_plural': 'state of the matching of wants',
            },
        ),
        migrations.RemoveConstraint(
            model_name='want',
            name='want_active_once',
        ),
        migrations.RemoveConstraint(
            model_name='want',
            name='want_query_active_once',
        ),
        migrations.RemoveConstraint(
            model_name='want',
            name='want_of_work_or_query',
        ),
        migrations.AddField(
            model_name='searchword',
            name='author',
            field=models.BooleanField(db_default=False, default=False, verbose_name='part of an author’s name'),
        ),
        migrations.AddField(
            model_name='want',
            name='anchors',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), blank=True, default=list, editable=False, size=None),
        ),
        migrations.AddField(
            model_name='want',
            name='confirmed_at',
            field=models.DateTimeField(blank=True, null=True, verbose_name='confirmed'),
        ),
        migrations.AddField(
            model_name='want',
            name='country',
            field=django_countries.fields.CountryField(db_default='GB', default='GB', max_length=2, verbose_name='delivered to'),
        ),
        migrations.AddField(
            model_name='want',
            name='edition',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='wants', to='catalog.edition'),
        ),
        migrations.AddField(
            model_name='want',
            name='email',
            field=models.EmailField(blank=True, db_default='', default='', max_length=254, verbose_name='address of a guest'),
        ),
        migrations.AddField(
            model_name='want',
            name='first_edition',
            field=models.BooleanField(db_default=False, default=False, verbose_name='first edition'),
        ),
        migrations.AddField(
            model_name='want',
            name='jacket',
            field=models.BooleanField(db_default=False, default=False, verbose_name='with its jacket'),
        ),
        migrations.AddField(
            model_name='want',
            name='language',
            field=models.CharField(blank=True, default='', max_length=10, verbose_name='language of letters'),
        ),
        migrations.AddField(
            model_name='want',
            name='no_ex_library',
            field=models.BooleanField(db_default=False, default=False, verbose_name='no ex-library copies'),
        ),
        migrations.AddField(
            model_name='want',
            name='no_print_on_demand',
            field=models.BooleanField(db_default=False, default=False, verbose_name='no print on demand'),
        ),
        migrations.AddField(
            model_name='want',
            name='notice',
            field=models.CharField(choices=[('at_once', 'By mail, at once'), ('daily', 'By mail, once a day'), ('page', 'Not by mail: I look at my wants')], db_default='daily', default='daily', max_length=10, verbose_name='told'),
        ),
        migrations.AddField(
            model_name='want',
            name='signed',
            field=models.BooleanField(db_default=False, default=False, verbose_name='signed'),
        ),
        migrations.AddField(
            model_name='want',
            name='sought',
            field=django.contrib.postgres.search.SearchQueryField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='want',
            name='year_max',
            field=models.SmallIntegerField(blank=True, null=True, verbose_name='to year'),
        ),
        migrations.AddField(
            model_name='want',
            name='year_min',
            field=models.SmallIntegerField(blank=True, null=True, verbose_name='from year'),
        ),
        migrations.AlterField(
            model_name='want',
            name='status',
            field=models.CharField(choices=[('unconfirmed', 'To be confirmed'), ('active', 'Looking'), ('paused', 'Paused'), ('closed', 'Closed')], default='active', max_length=12, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='want',
            name='user',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='wants', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='searchdocument',
            index=models.Index(fields=['written_at', 'work'], name='search_written'),
        ),
        migrations.AddIndex(
            model_name='want',
            index=models.Index(condition=models.Q(('status', 'active')), fields=['work'], name='want_of_work'),
        ),
        migrations.AddIndex(
            model_name='want',
            index=models.Index(condition=models.Q(('status', 'active')), fields=['edition'], name='want_of_edition'),
        ),
        migrations.AddIndex(
            model_name='want',
            index=django.contrib.postgres.indexes.GinIndex(condition=models.Q(('status', 'active')), fields=['anchors'], name='want_anchors'),
        ),
        migrations.AddIndex(
            model_name='want',
            index=models.Index(django.db.models.functions.text.Lower('email'), condition=models.Q(('email', ''), _negated=True), name='want_of_guest'),
        ),
        migrations.AddConstraint(
            model_name='want',
            constraint=models.CheckConstraint(condition=models.Q(('user__isnull', True), ('email', ''), _connector='XOR'), name='want_of_user_or_guest'),
        ),
        migrations.AddConstraint(
            model_name='want',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('edition__isnull', True), ('query', ''), ('work__isnull', False)), models.Q(('edition__isnull', False), ('query', ''), ('work__isnull', True)), models.Q(('edition__isnull', True), ('work__isnull', True), models.Q(('query', ''), _negated=True)), _connector='OR'), name='want_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='want',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('unconfirmed', 'active', 'paused')), ('user__isnull', False)), fields=('user', 'work'), name='want_work_once'),
        ),
        migrations.AddConstraint(
            model_name='want',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('unconfirmed', 'active', 'paused')), ('user__isnull', False)), fields=('user', 'edition'), name='want_edition_once'),
        ),
        migrations.AddConstraint(
            model_name='want',
            constraint=models.UniqueConstraint(models.F('user'), django.db.models.functions.text.Lower('query'), condition=models.Q(('status__in', ('unconfirmed', 'active', 'paused')), ('user__isnull', False), models.Q(('query', ''), _negated=True)), name='want_query_once'),
        ),
        migrations.AddConstraint(
            model_name='want',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('unconfirmed', 'active', 'paused')), ('user__isnull', True)), fields=('email', 'work'), name='want_work_once_a_guest'),
        ),
        migrations.AddConstraint(
            model_name='want',
            constraint=models.UniqueConstraint(condition=models.Q(('status__in', ('unconfirmed', 'active', 'paused')), ('user__isnull', True)), fields=('email', 'edition'), name='want_edition_once_a_guest'),
        ),
        migrations.AddConstraint(
            model_name='want',
            constraint=models.UniqueConstraint(models.F('email'), django.db.models.functions.text.Lower('query'), condition=models.Q(('status__in', ('unconfirmed', 'active', 'paused')), ('user__isnull', True), models.Q(('query', ''), _negated=True)), name='want_query_once_a_guest'),
        ),
        migrations.AddField(
            model_name='wantmatch',
            name='listing',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='want_matches', to='catalog.listing'),
        ),
        migrations.AddField(
            model_name='wantmatch',
            name='want',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='matches', to='catalog.want'),
        ),
        migrations.AddConstraint(
            model_name='wantsweep',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='wantsweep_one_row'),
        ),
        migrations.AddIndex(
            model_name='wantmatch',
            index=models.Index(condition=models.Q(('told_at__isnull', True)), fields=['want'], name='match_untold'),
        ),
        migrations.AddIndex(
            model_name='wantmatch',
            index=models.Index(condition=models.Q(('seen_at__isnull', True)), fields=['want'], name='match_unseen'),
        ),
        migrations.AddIndex(
            model_name='wantmatch',
            index=models.Index(condition=models.Q(('letter__isnull', False)), fields=['letter'], name='match_of_letter'),
        ),
        migrations.AddIndex(
            model_name='wantmatch',
            index=models.Index(condition=models.Q(('letter__isnull', False)), fields=['told_at'], name='match_told_when'),
        ),
        migrations.AddConstraint(
            model_name='wantmatch',
            constraint=models.UniqueConstraint(fields=('want', 'listing'), name='match_once'),
        ),
    ]

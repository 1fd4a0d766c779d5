from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalog', '0022_rows_of_stock_files'),
    ]

    operations = [
        migrations.CreateModel(
            name='WantAnchor',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('want_id', models.BigIntegerField()),
                ('lexeme', models.TextField()),
            ],
            options={
                'verbose_name': 'anchor of a want',
                'verbose_name_plural': 'anchors of wants',
            },
        ),
        migrations.RemoveIndex(
            model_name='want',
            name='want_anchors',
        ),
        migrations.AddIndex(
            model_name='wantanchor',
            index=models.Index(fields=['lexeme', 'want_id'], name='wantanchor_lexeme'),
        ),
        migrations.AddIndex(
            model_name='wantanchor',
            index=models.Index(fields=['want_id'], name='wantanchor_want'),
        ),
    ]

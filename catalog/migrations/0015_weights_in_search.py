"""Has search take up the weights that are known already."""

from django.db import migrations

TOUCH = """
    INSERT INTO catalog_searchchange (work_id, texts, bulk)
    SELECT DISTINCT e.work_id, false, true
    FROM catalog_edition e JOIN catalog_listing l ON l.edition_id = e.id
    WHERE l.status = 'active' AND (e.weight_g IS NOT NULL OR l.weight_g IS NOT NULL)
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0014_postage")]

    operations = [migrations.RunSQL(TOUCH, migrations.RunSQL.noop)]

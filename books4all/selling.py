"""The workplace of a shop, /selling/: table of contents. Each app brings its own pages."""

from accounts.seller import urls as accounts
from catalog.seller import urls as catalog
from orders.seller import urls as orders

app_name = "selling"

urlpatterns = [*accounts.urlpatterns, *catalog.urlpatterns, *orders.urlpatterns]

"""A URLconf without routes, for pages that must not need any."""

urlpatterns: list[object] = []

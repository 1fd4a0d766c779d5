"""The reference R: a bare Django view that returns 30 kB and does nothing else."""

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

PAGE = b"x" * 30_000


def constant(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE)


urlpatterns = [path("", constant)]
settings.configure(
    ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="reference", MIDDLEWARE=[]
)
application = get_wsgi_application()

"""Settings that every environment shares. Nothing here is unsafe to inherit."""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from books4all.settings import environment, media
from books4all.settings.operator import *  # noqa: F403 as below
from books4all.settings.terms import *  # noqa: F403 one module a matter, one list of settings

BASE_DIR = Path(__file__).resolve().parents[2]

# --- This marketplace ------------------------------------------------------------------------
MARKETPLACE_NAME = environment.text("MARKETPLACE_NAME", "Books4All")
MARKETPLACE_CURRENCY = "GBP"
DEFAULT_COUNTRY = environment.text("DEFAULT_COUNTRY", "GB")
PUBLIC_URL = environment.text("PUBLIC_URL", "http://localhost:8000").rstrip("/")
# The subjects in the header: (label, slug).
NAVIGATION = (
    (_("Fiction"), "fiction"),
    (_("Poetry & drama"), "poetry-drama"),
    (_("History"), "history"),
    (_("Science & nature"), "science-nature"),
    (_("Children’s"), "childrens"),
    (_("Travel"), "travel"),
    (_("Philosophy"), "philosophy"),
)
# How long a checkout keeps the copies in it from other shoppers.
HOLD_MINUTES = environment.integer("HOLD_MINUTES", default=15, least=1)

# What books weigh in a parcel whose weight nobody has given (g): the first of them, and each further
# one. AbeBooks assumes the same of listings without a weight.
UNWEIGHED_FIRST_G, UNWEIGHED_FURTHER_G = 1000, 500

# --- Django ----------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = environment.text("SECRET_KEY")
ALLOWED_HOSTS = environment.names("ALLOWED_HOSTS", "localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = environment.names("CSRF_TRUSTED_ORIGINS")
ROOT_URLCONF = "books4all.urls"
WSGI_APPLICATION = "books4all.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = None

INSTALLED_APPS = [
    "books4all.lib.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "csp",
    "corsheaders",
    "django_countries",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "procrastinate.contrib.django",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",
    "books4all.lib",
    "books4all.demo",
    "accounts",
    "catalog",
    "orders",
]

MIDDLEWARE = [
    "books4all.lib.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "books4all.lib.middleware.UnreadableMiddleware",
    "books4all.lib.middleware.DatabaseDownMiddleware",
    "books4all.lib.middleware.LimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.VisitorMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "books4all.lib.middleware.PrivateByDefaultMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "books4all.lib.context_processors.marketplace",
            ],
            "builtins": [
                "books4all.lib.templatetags.b4a",
                "django.templatetags.static",
            ],
        },
    },
]

# --- Engines ---------------------------------------------------------------------------------
DATABASES = {
    "default": {
        **environ.Env.db_url_config(environment.text("DATABASE_URL")),
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
    }
}
DATABASES["default"]["OPTIONS"] = {
    # What the address itself asks for: ?host= of a socket, ?sslmode=.
    **DATABASES["default"].get("OPTIONS", {}),
    # A statement that runs longer than a visitor would wait is stopped; a lock that is not to be
    # had soon gives a clear error instead of a queue (RELIABILITY: database).
    "options": "-c statement_timeout=10s -c lock_timeout=3s -c idle_in_transaction_session_timeout=30s",
    "connect_timeout": 3,
}
if environment.flag("DB_POOL", default=False):
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": environment.integer("DB_POOL_MAX", default=8, least=1),
        "timeout": 5,
    }

REDIS_URL = environment.text("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "b4a",
        "OPTIONS": {
            # A cache that is down or hangs makes pages slower, never broken.
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.2,
            "SOCKET_TIMEOUT": 0.2,
        },
    }
}
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = int(timedelta(days=30).total_seconds())
# How long (seconds) an anonymous session is believed from Redis before the database is asked again.
SESSION_CACHE_SECONDS = 300
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "books4all.errors.csrf_failure"

# --- Accounts --------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    # Plain bcrypt raises on passwords of more than 72 bytes; this one hashes them first.
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:account"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "signup": "accounts.forms.SignupForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "add_email": "accounts.forms.ChangeEmailForm",
    "request_login_code": "accounts.forms.RequestLoginCodeForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "catalog:home"
# allauth counts in the cache, by reading and writing: with Redis away it refuses everybody. All limits
# are ours (accounts.services.limits), so there are not two lockouts either.
ACCOUNT_RATE_LIMITS = False
# Attempts to sign in, counted before the password is hashed, narrowest first. A person who mistypes
# does not meet them; who guesses does. None is a lock: the window moves on, and a sign-in code or a new
# password by mail is always open to the owner. "everyone" keeps a flood from taking all processor time.
SIGN_IN_LIMITS = {
    "account_and_address": "8/10 minutes",
    "account": "40/hour",
    "address": "60/10 minutes",
    "everyone": "300/minute",
}

# --- API -------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["books4all.lib.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "books4all.lib.api.problems.exception_handler",
    "DEFAULT_THROTTLE_CLASSES": ["books4all.lib.api.throttling.AddressThrottle"],
    "NUM_PROXIES": 1,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Requests by client address and by user; checkouts hold stock and are counted apart, by address.
API_LIMITS = {
    "address": environment.text("API_LIMIT_ADDRESS", "600/minute"),
    "user": environment.text("API_LIMIT_USER", "600/minute"),
    "checkout": environment.text("API_LIMIT_CHECKOUT", "60/minute"),
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "ALGORITHM": "HS256",
    "SIGNING_KEY": environment.text("JWT_SIGNING_KEY", SECRET_KEY),
    "ISSUER": "books4all",
    "AUDIENCE": "books4all-api",
    "LEEWAY": 5,
    "USER_ID_FIELD": "pk",
    "UPDATE_LAST_LOGIN": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Books4All API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # In the order of a visit; the reference page follows it.
    "TAGS": [
        {"name": "search", "description": "Find books by words, names or ISBN."},
        {
            "name": "catalogue",
            "description": "Read the catalogue. Open to all; caches may keep it.",
        },
        {"name": "basket", "description": "Fill a basket from any number of shops."},
        {"name": "orders", "description": "Order, pay, and follow the parcels."},
        {"name": "cases", "description": "Say what is wrong with a book, or send it back."},
        {"name": "wants", "description": "Wait for a book until a shop has it."},
        {"name": "messages", "description": "Write with shops, about a copy or an order."},
        {"name": "selling", "description": "A shop’s workplace, for its team’s programs."},
        {"name": "auth", "description": "Sign in and out, and renew tokens."},
        {"name": "me", "description": "The signed-in user and their address book."},
    ],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "books4all.lib.api.reference.problem_media_type",
    ],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "LanguageEnum": "catalog.languages.choices",
        "SiteLanguageEnum": "books4all.settings.base.LANGUAGES",
        "ServiceEnum": "catalog.constants.Service.choices",
        "ReturnPostageEnum": "accounts.constants.ReturnPostage.choices",
        "OrderStatusEnum": "orders.constants.OrderStatus.choices",
        "SellerOrderStatusEnum": "orders.constants.SellerOrderStatus.choices",
        "PayoutStatusEnum": "orders.constants.PayoutStatus.choices",
        "EntryKindEnum": "orders.constants.EntryKind.choices",
        "PaymentStatusEnum": "orders.constants.PaymentStatus.choices",
        "SellerStatusEnum": "accounts.constants.SellerStatus.choices",
        "SellerKindEnum": "accounts.constants.SellerKind.choices",
        "PhotoStatusEnum": "catalog.constants.CoverStatus.choices",
        "SideEnum": "orders.constants.Side.choices",
        "ConditionEnum": "catalog.constants.Condition.choices",
        "RefusalReasonEnum": "orders.constants.RefusalReason.choices",
        "DocumentKindEnum": "orders.constants.DocumentKind.choices",
        "ShopReasonEnum": "orders.constants.SHOP_REASONS",
        "PostageStatusEnum": "orders.constants.PostageStatus.choices",
        "CancelStatusEnum": "orders.constants.CancelStatus.choices",
        "ParcelStatusEnum": "orders.constants.ParcelStatus.choices",
        "EventTypeEnum": "orders.constants.EventType.choices",
        "ReportReasonEnum": "orders.constants.ReportReason.choices",
        "CaseStatusEnum": "orders.constants.CaseStatus.choices",
        "CaseReasonEnum": "orders.constants.CaseReason.choices",
        "CaseSideEnum": "orders.constants.Actor.choices",
        "RefundStatusEnum": "orders.constants.RefundStatus.choices",
        "BuyerStepEnum": "orders.api.case_serializers.BUYERS_CHOICES",
        "ShopStepEnum": "orders.api.case_serializers.SHOPS_CHOICES",
    },
}
CORS_ALLOWED_ORIGINS = environment.names("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "x-basket-token",
    "if-match",
    "if-none-match",
]
CORS_EXPOSE_HEADERS = ["etag", "location", "retry-after", "x-request-id"]

# --- Payments --------------------------------------------------------------------------------
PAYMENT_PROVIDER = environment.text("PAYMENT_PROVIDER", "sandbox")
# The ways to pay that a buyer may choose from, the usual one first.
PAYMENT_PROVIDERS = [
    PAYMENT_PROVIDER,
    *(n for n in environment.names("PAYMENT_PROVIDERS") if n != PAYMENT_PROVIDER),
]
# "at once": the buyer's money is taken as they pay. "placing": their bank promises it first, and it is
# taken once the order can be placed.
PAYMENT_CAPTURE = environment.text("PAYMENT_CAPTURE", "at once")
for _name, _given, _known in (
    ("PAYMENT_PROVIDERS", PAYMENT_PROVIDERS, {"sandbox", "stripe", "transfer"}),
    ("PAYMENT_CAPTURE", [PAYMENT_CAPTURE], {"at once", "placing"}),
):
    if not set(_given) <= _known:
        _message = f"{_name}: choose of {', '.join(sorted(_known))}, not {', '.join(_given)}"
        raise ImproperlyConfigured(_message)
SANDBOX_WEBHOOK_SECRETS = environment.names("SANDBOX_WEBHOOK_SECRETS", "")
STRIPE_SECRET_KEY = environment.text("STRIPE_SECRET_KEY", "")
# Two while one is being replaced.
STRIPE_WEBHOOK_SECRETS = environment.names("STRIPE_WEBHOOK_SECRETS", "")
# Another address than Stripe's own, for tests.
STRIPE_API_BASE = environment.text("STRIPE_API_BASE", "")
# The account that bank transfers go to, and the days that copies are kept for them.
BANK_TRANSFER_NAME = environment.text("BANK_TRANSFER_NAME", "")
BANK_TRANSFER_IBAN = environment.text("BANK_TRANSFER_IBAN", "").replace(" ", "")
BANK_TRANSFER_DAYS = environment.integer("BANK_TRANSFER_DAYS", default=5, least=1)

# --- Webhooks --------------------------------------------------------------------------------
# Whether shops may have messages sent to http://127.0.0.1, for those who write a receiver.
WEBHOOKS_TO_THIS_MACHINE = False

# --- Mail ------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "Books4All <hello@books4all.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_SUBJECT_PREFIX = ""
EMAIL_TIMEOUT = 10
# --- Jobs ------------------------------------------------------------------------------------
# A job's arguments may be a letter with a link in it: what is done is not kept.
# An import of a large file takes one of the places for minutes; mails go by the others meanwhile.
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful", "concurrency": 4}

# --- Language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
# A language is offered once its translation is whole: half a page in each helps nobody.
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

# --- Files -----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = environment.text("STATIC_ROOT", str(BASE_DIR / "staticfiles"))
# Pictures: in a folder that nginx serves, or in an S3-compatible store with an address of its own.
MEDIA_ROOT = environment.text("MEDIA_ROOT", str(BASE_DIR / ".local" / "media"))
MEDIA_URL = environment.text("MEDIA_URL", "/media/").rstrip("/") + "/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # What was uploaded for us alone: served by no address. Web replicas and workers share the folder.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": environment.text("PRIVATE_ROOT", str(BASE_DIR / ".local/private"))},
    },
    "media": media.store(
        environment.text("MEDIA_STORE", ""),
        root=MEDIA_ROOT,
        url=MEDIA_URL,
        key=environment.text("S3_ACCESS_KEY_ID", ""),
        secret=environment.text("S3_SECRET_ACCESS_KEY", ""),
    ),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Where shops' own programs drop stock files (<folder>/<shop>/incoming), by SFTP or a mount. Empty: nowhere.
STOCK_DROP_DIR = environment.text("STOCK_DROP_DIR", "")
WHITENOISE_MAX_AGE = 60
# Source maps are for developers: compressing them well would be most of what collectstatic does.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
# Hosts that covers named by publishers' files may be fetched from; * for any, empty for none.
COVER_FETCH = environment.names("COVER_FETCH")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# The widest form is a table of delivery rates: 60 destinations with 16 fields each.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

# --- Headers ---------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *media.origin(MEDIA_URL)],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # Browsers hold the way that a form leads on to against this, too: to pay, and for shops to sign up.
        "form-action": [
            SELF,
            *(
                ["https://checkout.stripe.com", "https://connect.stripe.com"]
                if "stripe" in PAYMENT_PROVIDERS
                else []
            ),
        ],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# nginx overwrites X-Forwarded-For with the real address: exactly one proxy is trusted.
TRUSTED_PROXIES = 1

# --- Logs ------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_job_arguments": {"()": "books4all.lib.logs.WithoutJobArguments"}},
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)-7s %(name)s %(message)s"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["no_job_arguments"],
        }
    },
    # They tell at every start which tasks there are, and every minute which are due.
    "loggers": {
        "procrastinate.blueprints": {"level": "WARNING"},
        "procrastinate.periodic": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
# Pages for developers (/dev/mail/).
DEV_PAGES = False
MAIL_DIR = ""
ROBOTS_ALLOW = True

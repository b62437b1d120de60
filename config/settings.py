"""
Settings, read from the environment and from `.env` beside `manage.py`.

Every variable is listed with its meaning in `.env.example`. Without any, the service refuses to start for want of a
SECRET_KEY; with DEBUG=1 it runs on SQLite with nothing else installed.
"""

import os
from pathlib import Path

import environ
from celery.schedules import crontab, schedule
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.databases import database_from_url
from config.logs import configure_structlog, logging_settings

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))

VAR_DIR = env.path("VAR_DIR", default=str(BASE_DIR / "var"))
# The folder of collected static files has to exist, even empty.
STATIC_ROOT = Path(VAR_DIR) / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)

# Safety
DEBUG = env.bool("DEBUG", default=False)
# TLS off is for a service that only its own machine can reach.
TLS = env.bool("TLS", default=not DEBUG)
SECRET_KEY = env.str("SECRET_KEY", default="") or ("for-debugging-only" if DEBUG else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("Set the SECRET_KEY environment variable: 50 random characters.")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
if env.bool("TRUST_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = TLS
SECURE_REDIRECT_EXEMPT = [r"^healthz(/jobs)?$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_HSTS_PRELOAD = False
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_NAME = "__Host-session" if TLS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if TLS else "csrf"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# Files of events, which are read row by row.
IMPORT_MAX_BYTES = env.int("IMPORT_MAX_BYTES", default=10_000_000)
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 5
FILE_UPLOAD_PERMISSIONS = 0o600
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # HSTS preload binds every subdomain for years: the operator's decision.

# Application
INSTALLED_APPS = [
    # Before the admin, so that our templates win over its own.
    "forecasts",
    "config.apps.ProjectConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_otp",
    "config.second_factors.SecondFactors",
    "django_filters",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]
MIDDLEWARE = [
    "config.request_id.RequestIdMiddleware",
    "config.metrics.RequestSecondsMiddleware",
    "forecasts.held.heads.HeadMiddleware",
    "forecasts.api.holding.HeldAnswersMiddleware",
    "forecasts.pages.holding.HeldPagesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "config.two_factor.TwoFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last: it turns an attempt that is refused into the answer that says so.
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["forecasts.pages.marks"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
LOGIN_URL = "admin:login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
# Five wrong passwords for one account from one address: an hour's wait for that address.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_HTTP_RESPONSE_CODE = 429
AXES_CLIENT_IP_CALLABLE = "config.addresses.client_address"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Whether staff have to set up a second factor; who has set one up always has to show it.
REQUIRE_TWO_FACTOR = env.bool("REQUIRE_TWO_FACTOR", default=not DEBUG)
OTP_TOTP_ISSUER = "Aftercast"
OTP_ADMIN_HIDE_SENSITIVE_DATA = True
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "config.formats"
LOGGING = logging_settings(
    log_format=env.str("LOG_FORMAT", default="console" if DEBUG else "json"),
    level=env.str("LOG_LEVEL", default="INFO"),
)
configure_structlog()

# Whoever shows it as a bearer may read /metrics; without it there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Whether the API answers readers who show no token.
PUBLIC_READ = env.bool("PUBLIC_READ", default=True)

# How much of its memory each web process gives to answers that it holds until something is written.
HELD_ANSWERS_MB = env.int("HELD_ANSWERS_MB", default=32)

# Inner hosts that webhooks may lead to, as `host` or `host:port`; all others must be on the public Internet.
WEBHOOK_ALLOW_HOSTS = env.list("WEBHOOK_ALLOW_HOSTS", default=[])
WEBHOOK_SECONDS = env.int("WEBHOOK_SECONDS", default=15)

# The ledger: its name, which is that of its keys too, the private keys, and where checkpoints are sent
LEDGER_NAME = env.str("LEDGER_NAME", default="") or f"{ALLOWED_HOSTS[0].strip('[].*') or 'localhost'}/ledger"
LEDGER_KEY_FILE = Path(env.path("LEDGER_KEY_FILE", default=str(Path(VAR_DIR) / "ledger.key")))
LEDGER_FOLDER = env.str("LEDGER_FOLDER", default="")
LEDGER_GIT = env.str("LEDGER_GIT", default="")
LEDGER_MAIL_TO = env.list("LEDGER_MAIL_TO", default=[])
vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("EMAIL_FROM", default="aftercast@localhost")

# Storage
DATABASES = {
    "default": database_from_url(
        url=env.str("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/aftercast.sqlite3"),
        statement_timeout_ms=env.int("STATEMENT_TIMEOUT_MS", default=15_000),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="")
if REDIS_URL:
    # Celery and redis-py have different names for a socket.
    CACHE_URL = REDIS_URL.replace("redis+socket://", "unix://")
    CACHES = {
        "default": {
            "BACKEND": "config.caches.CountingRedisCache",
            "LOCATION": CACHE_URL,
            # Seconds: a Redis that is frozen must not hold up an answer for longer.
            "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
        }
    }
else:
    CACHES = {"default": {"BACKEND": "config.caches.CountingMemoryCache"}}

# Static files: collected, hashed and compressed, or straight from their folders.
STATIC_URL = "static/"
STATIC_FROM_SOURCE = env.bool("STATIC_FROM_SOURCE", default=DEBUG)
WHITENOISE_USE_FINDERS = STATIC_FROM_SOURCE
STATIC_BACKEND = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if STATIC_FROM_SOURCE
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_BACKEND},
}

# Celery. The database is the truth and a message only a hint, so a lost message costs one sweep interval.
SWEEP_SECONDS = env.int("SWEEP_SECONDS", default=60)
CELERY_BROKER_URL = REDIS_URL or "redis://127.0.0.1:6379/0"
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# Early: a late ack brings a task back only after the visibility timeout, long after the sweep has done its work.
CELERY_TASK_ACKS_LATE = False
# True would hand a message that kills its worker to the next one, for ever.
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
# Time limits only work here.
CELERY_WORKER_POOL = "prefork"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20.0
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# Without the timeouts a frozen broker holds up whoever sends a task.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 30,
    "visibility_timeout": 3600,
    # Once more and at once: somebody who saves a form waits for it. Workers try on for ever by a setting of their own.
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0.2,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.2}
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE_FILENAME = str(Path(VAR_DIR) / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "forecasts.tasks.sweep",
        "schedule": schedule(SWEEP_SECONDS),
        # Three intervals: a backlog is not worth working off, the next sweep takes it all.
        "options": {"expires": 3 * SWEEP_SECONDS},
    },
    "make-pages": {
        "task": "forecasts.tasks.make_pages",
        "schedule": schedule(SWEEP_SECONDS),
        "options": {"expires": 3 * SWEEP_SECONDS},
    },
    "send-webhooks": {
        "task": "forecasts.tasks.send_webhooks",
        "schedule": schedule(WEBHOOK_SECONDS),
        "options": {"expires": 3 * WEBHOOK_SECONDS},
    },
    "record-aggregates": {
        "task": "forecasts.tasks.record_aggregates",
        "schedule": crontab(minute=41),
        "options": {"expires": 3600},
    },
    "reveal-sealed": {
        "task": "forecasts.tasks.reveal_sealed",
        "schedule": schedule(SWEEP_SECONDS),
        "options": {"expires": 3 * SWEEP_SECONDS},
    },
    "record-uploads": {
        "task": "forecasts.tasks.record_uploads",
        "schedule": schedule(SWEEP_SECONDS),
        "options": {"expires": 3 * SWEEP_SECONDS},
    },
    "recheck": {
        "task": "forecasts.tasks.recheck",
        "schedule": crontab(hour=3, minute=17),
        "options": {"expires": 6 * 3600},
    },
    "checkpoint": {
        "task": "forecasts.tasks.checkpoint",
        "schedule": crontab(minute=7),
        "options": {"expires": 3600},
    },
    "doctor": {
        "task": "forecasts.tasks.doctor",
        "schedule": crontab(hour=4, minute=29),
        "options": {"expires": 6 * 3600},
    },
    "forget-answers": {
        "task": "forecasts.tasks.forget_answers",
        "schedule": crontab(minute=41),
        "options": {"expires": 3600},
    },
}
# Seconds without a success after which somebody is told that a job of the schedule stands still.
DAILY = 26 * 3600
JOB_MAX_AGE = {
    "sweep": max(300, 3 * SWEEP_SECONDS),
    "make-pages": max(300, 3 * SWEEP_SECONDS),
    "send-webhooks": max(300, 3 * WEBHOOK_SECONDS),
    "reveal-sealed": max(300, 3 * SWEEP_SECONDS),
    "record-uploads": max(300, 3 * SWEEP_SECONDS),
    "record-aggregates": 3 * 3600,
    "checkpoint": 3 * 3600,
    "recheck": DAILY,
    "doctor": DAILY,
    "forget-answers": 3 * 3600,
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["forecasts.api.auth.ApiTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["forecasts.api.permissions.ReadOnlyOrScope"],
    "DEFAULT_PARSER_CLASSES": ["forecasts.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["forecasts.api.renderers.OrjsonRenderer"],
    "DEFAULT_PAGINATION_CLASS": "forecasts.api.pagination.CreatedCursorPagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": [
        "forecasts.api.throttling.AddressRate",
        "forecasts.api.throttling.TokenRate",
        "forecasts.api.throttling.UploadRate",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "60/min", "user": "600/min", "upload": "20/hour"},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "forecasts.api.problems.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
    # How many proxies stand in front: with a wrong number a forged X-Forwarded-For escapes the rate limits.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
if DEBUG:
    # Pages to click through the API, for whoever is signed in to the admin; a deployment has neither.
    REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"] += ["forecasts.api.renderers.PageRenderer"]
    REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] += ["rest_framework.authentication.SessionAuthentication"]
SPECTACULAR_SETTINGS = {
    "TITLE": "Aftercast",
    "DESCRIPTION": "Predictions made in published articles, what became of them, and how accurate their authors were.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    # The document is that of a deployment, wherever it is written.
    "AUTHENTICATION_WHITELIST": ["forecasts.api.auth.ApiTokenAuthentication"],
    "RENDERER_WHITELIST": ["forecasts.api.renderers.OrjsonRenderer"],
    "POSTPROCESSING_HOOKS": [
        "forecasts.api.shared_answers.with_shared_parts",
    ],
}

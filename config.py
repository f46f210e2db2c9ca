"""Configuration of the standalone deployment: every key we read, with its default.

Copy, edit, and point MOTCUA_CONFIG at it, or run the commands in its folder.
A host that already exists puts the MOTCUA_ keys into its own configuration.
A commented line has no fixed default: it is empty, or follows from other keys.
``docs/configuration.md`` says more; a value that makes no sense stops the start.
"""

import os

# ------------------------------------------------------------------------------------------------
# Secrets and database
# ------------------------------------------------------------------------------------------------

# Long and random, and nobody else's: python -c "import secrets; print(secrets.token_urlsafe(48))"
SECRET_KEY = os.environ.get("MOTCUA_SECRET_KEY")

# One file beside this one, or PostgreSQL: "postgresql+psycopg://user:password@host/motcua"
SQLALCHEMY_DATABASE_URI = os.environ.get("MOTCUA_DATABASE", "sqlite:///motcua.db")

# Secret behind the tracking links, at least 16 bytes; derived from SECRET_KEY when not set
# MOTCUA_QR_KEY = os.environ.get("MOTCUA_QR_KEY")

# ------------------------------------------------------------------------------------------------
# The centre
# ------------------------------------------------------------------------------------------------

# Address under which citizens' phones reach this server; printed into every QR code
MOTCUA_PUBLIC_URL = "http://127.0.0.1:8080"

# Zone of the daily jobs, and of offices that name no other
MOTCUA_TIME_ZONE = "Asia/Ho_Chi_Minh"

# Least digits of a ticket number: 3 makes A012 (1 to 6)
MOTCUA_NUMBER_DIGITS = 3

# How many numbers a series holds on one day, whatever a service's own quota (1 to 999,999)
MOTCUA_SERIES_CAPACITY = 99_999

# After how many days the audit trail forgets addresses, names and numbers; the rows stay
MOTCUA_AUDIT_PERSONAL_DAYS = 730

# Regular expression that dossier codes issued elsewhere must match; a group named day is read as yymmdd
MOTCUA_DOSSIER_CODE_PATTERN = r"(?:[A-Z]\d{2}(?:\.\d{2,3}){0,4}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})-(?P<day>\d{6})-\d{4,7}"

# How many requests a connected system may send in a minute (1 to 100,000)
MOTCUA_API_REQUESTS_PER_MINUTE = 300

# How many seconds a command waits for the database before it gives up (above 0, at most 60)
MOTCUA_WRITE_PATIENCE_SECONDS = 10.0

# ------------------------------------------------------------------------------------------------
# Kiosk and boards
# ------------------------------------------------------------------------------------------------

# After how long without a touch the kiosk is as it was for the next visitor (10 to 600)
MOTCUA_KIOSK_IDLE_SECONDS = 30

# How long a number stays on the kiosk's screen; a touch keeps it (5 to 600)
MOTCUA_KIOSK_TICKET_SECONDS = 20

# How many event streams one server process keeps open for boards; each takes a thread, others poll (0 to 1000)
MOTCUA_BOARD_STREAMS = 8

# ------------------------------------------------------------------------------------------------
# Printers
# ------------------------------------------------------------------------------------------------

# Folder of virtual printers' papers and of file: printers
MOTCUA_PRINTER_DIR = "printer"

# A paper older than this is not printed any more (10 to 3600 seconds)
MOTCUA_PRINT_STALE_SECONDS = 180

# Whether papers go to printers that answer no status question; if not, each is asked first
MOTCUA_PRINT_WHEN_SILENT = True

# How often an idle printer is asked how it is (0 to 3600 seconds; 0 never)
MOTCUA_PRINTER_CHECK_SECONDS = 60

# Networks that tcp: printers may be in; others are refused
MOTCUA_PRINTER_NETWORKS = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128")

# ------------------------------------------------------------------------------------------------
# Mail and the daily digest
# ------------------------------------------------------------------------------------------------

# "smtp://user:password@host:587" (STARTTLS), "smtps://user:password@host:465" (TLS), "smtp://host:25?tls=none"
# (no encryption); without it mails are files in MOTCUA_MAIL_DIR
# MOTCUA_MAIL_URL = os.environ.get("MOTCUA_MAIL_URL")

# Sender of every mail; must be set as soon as MOTCUA_MAIL_URL is
# MOTCUA_MAIL_FROM = "motcua@localhost"

# Folder in which mails are put as .eml files when no mail server is named
MOTCUA_MAIL_DIR = "mail"

# Language of the mails: "vi" or "en"
MOTCUA_MAIL_LANGUAGE = "vi"

# When the daily digest leaves, on the clock of the supervisor's office
MOTCUA_DIGEST_TIME = "07:30"

# Due within so many working days counts as due soon (0 to 30)
MOTCUA_DIGEST_DAYS_AHEAD = 3

# Waiting for the citizen longer than so many working days is shown (1 to 250)
MOTCUA_DIGEST_WAITING_DAYS = 10

# Dossiers listed in each part of the digest; more are counted and linked (1 to 200)
MOTCUA_DIGEST_ROWS = 15

# Send the digest on quiet days too, so that no mail always means that something is wrong
MOTCUA_DIGEST_ZERO_REPORT = True

# Let `motcua worker` ring the daily jobs; False where a timer calls `motcua digest --due`
MOTCUA_SCHEDULER = True

# ------------------------------------------------------------------------------------------------
# Look and language (standalone; in a host the switches are off by default)
# ------------------------------------------------------------------------------------------------

APP_NAME = "Motcua"

# Whether FAB's own pages, which come without Vietnamese, speak it with our words
MOTCUA_FAB_VIETNAMESE = True

# Whether every page, not only ours, is sent with security headers and a script nonce
MOTCUA_SECURE_HEADERS = True

# Whether logins end: at logout, when the person's password, roles, office or state change, after a while
MOTCUA_STAFF_SESSIONS = True

# Whether a platform without any account gets its first one by a link that "motcua upgrade" prints.
# Without it: where people log in with FAB's own passwords
# MOTCUA_FIRST_ACCOUNT = False

# Whether a login takes a code from the person's phone beside the password: "off", "offered" or "required".
# Without it: offered with FAB's own passwords and security manager as below, otherwise off
# MOTCUA_SECOND_FACTOR = "required"

# Roles of the platform of which a "required" second factor is required; of everybody when empty
MOTCUA_SECOND_FACTOR_ROLES = ()

# Language of somebody who has chosen none
BABEL_DEFAULT_LOCALE = "vi"

# Languages that can be chosen
LANGUAGES = {"vi": {"flag": "vn", "name": "Tiếng Việt"}, "en": {"flag": "gb", "name": "English"}}

# Frame of every page, first page, and FAB's security manager with our words in it
FAB_BASE_TEMPLATE = "motcua/admin/base.html"
FAB_INDEX_VIEW = "motcua.admin.views.index.MotcuaIndexView"
FAB_SECURITY_MANAGER_CLASS = "motcua.admin.views.platform_screens.SpeakingSecurityManager"

# FAB's three lists of permission identifiers; a role's own screen shows what it may do
FAB_ADD_SECURITY_PERMISSION_VIEW = False
FAB_ADD_SECURITY_VIEW_MENU_VIEW = False
FAB_ADD_SECURITY_PERMISSION_VIEWS_VIEW = False

# The add-ons; leave all three in
ADDON_MANAGERS = [
    "motcua.admin.manager.AdminManager",
    "motcua.kiosk.manager.KioskManager",
    "motcua.scheduler.manager.SchedulerManager",
]

# ------------------------------------------------------------------------------------------------
# Safety (the standalone deployment sets these itself; a host decides on its own)
# ------------------------------------------------------------------------------------------------

# Nobody makes himself an account
AUTH_USER_REGISTRATION = False

# Tries of a password, counted for one address and user name together, in the database
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "5 per minute"
RATELIMIT_ENABLED = True
RATELIMIT_STORAGE_URI = "motcua://"
# RATELIMIT_KEY_FUNC = motcua.admin.rate_limits.login_key

# Passwords: at least 8 characters, and not one of those tried first
FAB_PASSWORD_COMPLEXITY_ENABLED = True
# FAB_PASSWORD_COMPLEXITY_VALIDATOR = motcua.admin.passwords.check_password

# The page that describes the API to everybody
FAB_API_SWAGGER_UI = False

# After how many minutes without a request (1 to 1440), and after how many hours in all (1 to 24), a login ends
MOTCUA_SESSION_IDLE_MINUTES = 30
MOTCUA_SESSION_HOURS = 12

# Cookies: out of reach of scripts and of other sites
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
REMEMBER_COOKIE_HTTPONLY = True
REMEMBER_COOKIE_SAMESITE = "Lax"

# Only over https; True when MOTCUA_PUBLIC_URL is https
# SESSION_COOKIE_SECURE = True
# REMEMBER_COOKIE_SECURE = True
# SESSION_COOKIE_NAME = "__Host-motcua"

# Host names that are answered; the one of MOTCUA_PUBLIC_URL and this machine's own
# TRUSTED_HOSTS = ["motcua.example.vn", "127.0.0.1", "localhost", "[::1]"]
# FAB_SAFE_REDIRECT_HOSTS = ["motcua.example.vn"]

# A form's token ends with the session
WTF_CSRF_TIME_LIMIT = None

# Largest request, in bytes
MAX_CONTENT_LENGTH = 1024 * 1024

"""Configuration of the standalone deployment: every key we read, with its default.

Copy, edit, and point MOTCUA_CONFIG at it, or run the commands in its folder.
A host that already exists puts the MOTCUA_ keys into its own configuration.
``docs/configuration.md`` says more; a value that makes no sense stops the start.
"""

import os

# --- Flask and Flask-AppBuilder -------------------------------------------------------------

# Long and random, and nobody else's: python -c "import secrets; print(secrets.token_urlsafe(48))"
SECRET_KEY = os.environ.get("MOTCUA_SECRET_KEY")

# One file, or PostgreSQL: "postgresql+psycopg://user:password@host/motcua"
SQLALCHEMY_DATABASE_URI = os.environ.get("MOTCUA_DATABASE", "sqlite:///motcua.db")

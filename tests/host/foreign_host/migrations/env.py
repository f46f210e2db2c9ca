"""The host's own history, in the version table that Alembic gives everybody."""

import os

from alembic import context
from sqlalchemy import create_engine

engine = create_engine(os.environ["HOST_DATABASE"])
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()

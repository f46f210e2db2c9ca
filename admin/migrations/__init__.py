"""Our own Alembic history, beside whatever the host has."""

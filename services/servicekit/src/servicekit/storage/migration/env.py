"""Alembic's environment script; ``servicekit.storage.database.migrate`` runs it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()

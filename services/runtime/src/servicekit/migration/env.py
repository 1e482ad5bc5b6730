"""What Alembic runs for ``servicekit.database.migrate``: within the transaction given to it."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()

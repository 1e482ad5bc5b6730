"""Steps of the schema, by Alembic."""

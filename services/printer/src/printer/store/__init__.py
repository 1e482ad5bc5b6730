"""The database of a printing office: tables, migrations, records and the dispatcher's lock."""

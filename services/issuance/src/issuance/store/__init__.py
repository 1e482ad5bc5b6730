"""The database of issuance: tables, and one class of records for each subject."""

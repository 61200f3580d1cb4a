"""Alembic's migrations: the tables' own history."""

"""How Alembic reaches the database: always on the connection that is handed to it."""

from typing import Any, Literal

from alembic import context

from storage.tables import Moment, metadata


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write a moment as what it is in the database, so that migrations stand alone."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, render_as_batch=True, render_item=render_item
)
with context.begin_transaction():
    context.run_migrations()

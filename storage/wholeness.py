"""Whether the database's file is whole, by its own word."""

from sqlalchemy import Engine, text


def is_whole(engine: Engine) -> bool | None:
    """Ask SQLite whether its file is whole; None of a server, which looks after its own (C5).

    It reads the whole file. Raises what the driver does where not even that can be asked.
    """
    if engine.dialect.name != "sqlite":
        return None
    with engine.connect() as connection:
        return bool(connection.execute(text("PRAGMA quick_check(1)")).scalar_one() == "ok")

"""A file of leads as messy as vendors send them, in each language, to be tried."""

from pathlib import Path

HERE = Path(__file__).parent / "files"


def sample(locale: str) -> tuple[str, bytes]:
    """Give the name and the bytes of a messy file of leads in ``en`` or ``he``."""
    return f"leads-{locale}.csv", (HERE / f"{locale}.csv").read_bytes()

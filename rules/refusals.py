"""A refusal: the product will not do this, and the texts say why in the reader's language."""

BUSY = "desk.busy"
"""The key where the database is busy: nothing was stored, and it may be tried again."""


class Refused(Exception):
    """Raised when an act is not done; `key` names the text that explains it, `params` fill it.

    Parameters are plain data (numbers, strings, datetimes); handlers/errors.py makes the reply.
    """

    def __init__(self, key: str, **params: object) -> None:
        """Keep the text's key and its parameters."""
        super().__init__(key)
        self.key = key
        self.params = params

"""Addresses that may stand in the page: where a link may lead, and what may be requested."""

import re
from urllib.parse import SplitResult, urlsplit

from sandbox.face.draw.reader import Reader
from sandbox.face.draw.tags import Attrs, Html, esc, tag

OUTSIDE: Attrs = {"target": "_blank", "rel": "noopener noreferrer"}
_LEADS = re.compile(r"(https?://|mailto:)[^\x00-\x20\x7f]+", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]*")
_HERE = re.compile(r"/(?!/)[^\x00-\x20\\]*")
_ABSOLUTE = re.compile(r"https?://[^\x00-\x20\\]+", re.IGNORECASE)
_FILE_ID = re.compile(r"F[A-Z0-9]+")
_FILE_IN_PATH = re.compile(r"(?<![A-Za-z0-9])F[A-Z0-9]{8,}(?![A-Za-z0-9])")


def leads(url: str) -> bool:
    """Tell whether a link may lead there: http, https and mailto only."""
    return _LEADS.fullmatch(url) is not None


def link(url: str, label: str) -> Html:
    """Draw a link that opens beside the page; one that may not lead there is its label."""
    return tag("a", {"href": url, **OUTSIDE}, label) if leads(url) else esc(label)


def own_picture(url: str, reader: Reader) -> bool:
    """Tell whether a picture can be shown without asking any other host."""
    if _PICTURE.fullmatch(url) or _HERE.fullmatch(url):
        return True
    there, here = _split(url), _split(reader.file_url("F0"))
    if there is None or here is None:
        return False
    return (there.scheme, there.netloc) == (here.scheme, here.netloc)


def file_address(name: str, reader: Reader) -> str:
    """Return a file's address by its id; empty when that is no id of a file."""
    return reader.file_url(name) if _FILE_ID.fullmatch(name) else ""


def file_address_in(url: str, reader: Reader) -> str:
    """Return the address of the file that Slack's own link to a file names; empty without one."""
    parts = _split(url)
    found = _FILE_IN_PATH.search(parts.path) if parts else None
    return reader.file_url(found[0]) if found else ""


def _split(url: str) -> SplitResult | None:
    if not _ABSOLUTE.fullmatch(url):
        return None
    try:
        return urlsplit(url)
    except ValueError:
        return None

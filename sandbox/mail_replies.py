"""A customer's answer to a mail, as their mail program would write it."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from sandbox.mails import Mail


def answer_to(mail: Mail, *, text: str, at: float) -> EmailMessage:
    """Return the answer of the mail's first recipient; ``at`` in seconds since 1970."""
    own = mail.recipients[0]
    name, _, domain = own.rpartition("@")
    answer = EmailMessage()
    answer["From"] = Address(_name_of(mail, own), name, domain)
    answer["To"] = mail["Reply-To"] or mail["From"] or mail.sender
    answer["Subject"] = _subject(mail.subject)
    answer["Date"] = formatdate(at)
    answer["Message-ID"] = make_msgid(domain=domain)
    original = mail["Message-ID"]
    if original is not None:
        earlier = mail["References"] or mail["In-Reply-To"] or ""
        answer["In-Reply-To"] = original
        answer["References"] = f"{earlier} {original}".strip()
    answer.set_content(text)
    return answer


def _subject(subject: str) -> str:
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _name_of(mail: Mail, address: str) -> str:
    header = mail.message["To"]
    known = header.addresses if header is not None else ()
    return next((str(one.display_name) for one in known if one.addr_spec == address), "")

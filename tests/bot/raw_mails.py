"""Raw mails as real programs write them: what comes in by a mailbox."""

from base64 import b64encode
from email.message import EmailMessage
from textwrap import fill

OURS = "<outbox-7@example.com>"
DANA, SALES = "dana@example.com", "sales@example.com"


def head(
    subject: str = "Re: hello",
    *,
    sender: str = f"Dana Cohen <{DANA}>",
    key: str = "<r1@mail.example.com>",
    answers: str = OURS,
    **more: str,
) -> str:
    """Give the first headers of a mail from Dana; without `answers` it is no reply."""
    lines = [f"From: {sender}", f"To: Good Cars <{SALES}>", f"Subject: {subject}"]
    lines += [f"Message-ID: {key}"] if key else []
    lines += [f"In-Reply-To: {answers}", f"References: {answers}"] if answers else []
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return "\r\n".join([*lines, "MIME-Version: 1.0", ""])


def plain(text: str, **headers: str) -> bytes:
    """Give a mail in plain UTF-8."""
    body = 'Content-Type: text/plain; charset="utf-8"\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    return (head(**headers) + body + text).encode()


def packed(text: str, charset: str) -> str:
    return fill(b64encode(text.encode(charset)).decode(), 76)


def gmail(charset: str) -> bytes:
    """Give a reply in Hebrew as Gmail sends it: both forms, in base64."""
    words = "כן, אפשר מחר בארבע"
    attribution = "בתאריך יום א׳, 15 בנוב׳ 2026 ב-10:00 מאת Good Cars <sales@example.com>:"
    if charset == "utf-8":
        marked = attribution.replace("Good Cars", "\u202aGood Cars\u202c\u200f")
        attribution = f"\u202b{marked}\u202c"
    text = f"{words}\r\n\r\n{attribution}\r\n\r\n> שלום דנה, ניסינו להתקשר\r\n"
    html = (
        f'<div dir="rtl">{words}</div><br><div class="gmail_quote"><div dir="rtl" '
        f'class="gmail_attr">{attribution}<br></div><blockquote class="gmail_quote">'
        "<p>שלום דנה, ניסינו להתקשר</p></blockquote></div>"
    )
    parts = [
        f'--000\r\nContent-Type: {kind}; charset="{charset}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{packed(body, charset)}\r\n\r\n"
        for kind, body in (("text/plain", text), ("text/html", html))
    ]
    subject = f"=?UTF-8?B?{b64encode('השב: שלום'.encode()).decode()}?="
    top = head(subject) + 'Content-Type: multipart/alternative; boundary="000"\r\n\r\n'
    return (top + "".join(parts) + "--000--\r\n").encode()


OUTLOOK = plain(
    "Yes, Sunday is fine.\r\n\r\nDana\r\n\r\n-----Original Message-----\r\n"
    "From: Good Cars <sales@example.com> \r\nSent: Sunday, November 15, 2026 10:00 AM\r\n"
    "To: Dana Cohen <dana@example.com>\r\nSubject: hello\r\n\r\nWe tried to call you.\r\n"
)
APPLE = plain(
    "Call me after five\r\n\r\nSent from my iPhone\r\n\r\n"
    "> On 15 Nov 2026, at 10:00, Good Cars <sales@example.com> wrote:\r\n> \r\n"
    "> \ufeffWe tried to call you.\r\n"
)
HEBREW = plain(
    "מחר בבוקר\r\n\r\nבתאריך 15/11/2026 בשעה 10:00, Good Cars כתב/ה:\r\n> ניסינו להתקשר\r\n",
    subject="=?windows-1255?Q?=E4=F9=E1=3A_=F9=EC=E5=ED?=",
)
HTML_ONLY = (
    head()
    + 'Content-Type: text/html; charset="windows-1255"\r\n'
    + "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    + "<html><head><style>p {color: red}</style></head><body><!-- x --><p>=EB=EF, =EE=E7=F8</p>"
    + "<p>&quot;at 4&quot; &amp; not later</p><blockquote><p>We tried</p></blockquote>"
    + "</body></html>\r\n"
).encode("ascii")
# What Outlook on the web writes: no plain form, and the quotation is no blockquote.
OUTLOOK_HTML = (
    head()
    + 'Content-Type: text/html; charset="utf-8"\r\n\r\n'
    + '<html><body><div class="elementToProof">Tomorrow is fine</div>'
    + '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr"><font>'
    + "<b>From:</b> Good Cars &lt;sales@example.com&gt;<br><b>Sent:</b> Sunday<br>"
    + "<b>To:</b> Dana<br><b>Subject:</b> hello</font></div><div>We tried to call</div>"
    + "</body></html>"
).encode()


def dsn(
    fields: str,
    *,
    original: str = f"Message-ID: {OURS}\r\nTo: {DANA}",
    enclosed: str = "text/rfc822-headers",
    key: str = "<dsn@mx.example.com>",
) -> bytes:
    """Give a delivery report as Postfix writes it (RFC 3464)."""
    sender = "MAILER-DAEMON@mx.example.com (Mail Delivery System)"
    return (
        head(
            "Undelivered Mail Returned to Sender",
            sender=sender,
            key=key,
            answers="",
            Auto_Submitted="auto-replied",
            Return_Path="<>",
        )
        + "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        + '\tboundary="A1/mx.example.com"\r\n\r\nThis is a MIME-encapsulated message.\r\n\r\n'
        + "--A1/mx.example.com\r\nContent-Description: Notification\r\n"
        + "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
        + "I'm sorry to have to inform you that your message could not be delivered.\r\n\r\n"
        + "--A1/mx.example.com\r\nContent-Type: message/delivery-status\r\n\r\n"
        + "Reporting-MTA: dns; mx.example.com\r\nX-Postfix-Queue-ID: 4XyZ\r\n\r\n"
        + f"{fields}\r\n\r\n--A1/mx.example.com\r\nContent-Type: {enclosed}\r\n\r\n"
        + f"From: {SALES}\r\n{original}\r\nSubject: hello\r\n\r\n--A1/mx.example.com--\r\n"
    ).encode()


POSTFIX = dsn(
    f"Final-Recipient: rfc822; {DANA}\r\nOriginal-Recipient: rfc822;{DANA}\r\nAction: failed\r\n"
    "Status: 5.1.1\r\nRemote-MTA: dns; mail.example.com\r\n"
    f"Diagnostic-Code: smtp; 550 5.1.1 <{DANA}>: Recipient address rejected: User unknown"
)
EXCHANGE = dsn(
    f"Final-Recipient: rfc822;{DANA}\r\nAction: failed\r\nStatus: 5.1.10\r\n"
    "Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by\r\n"
    " SMTP address lookup",
    enclosed="message/rfc822",
)
FULL = dsn(f"Final-Recipient: rfc822; {DANA}\r\nAction: failed\r\nStatus: 5.2.2")
LATE = dsn(
    f"Final-Recipient: rfc822; {DANA}\r\nAction: delayed\r\nStatus: 4.4.1\r\n"
    "Diagnostic-Code: X-Postfix; connect to mail.example.com: Connection timed out"
)
# An old server that knows no reports, and tells it in words.
QMAIL = plain(
    f"This is the qmail-send program.\r\n<{DANA}>:\r\nRemote host said: 550 no such user\r\n\r\n"
    f"--- Below this line is a copy of the message.\r\n\r\nMessage-ID: {OURS}\r\nTo: {DANA}\r\n",
    subject="failure notice",
    sender="MAILER-DAEMON@old.example.com",
    answers="",
)
AWAY_GMAIL = plain(
    "I am on vacation until Sunday.",
    subject="Out of the office Re: hello",
    Auto_Submitted="auto-replied",
    Precedence="bulk",
    X_Autoreply="yes",
)
AWAY_EXCHANGE = plain(
    "אני בחופשה עד יום ראשון",
    subject="=?utf-8?B?16rXqdeV15HXlCDXkNeV15jXldee15jXmdeqOiDXqdec15XXnQ==?=",
)


def with_attachment(text: str) -> bytes:
    """Give a reply that carries a text file and an inner mail beside its words."""
    message = EmailMessage()
    message["From"], message["Message-ID"], message["In-Reply-To"] = DANA, "<r9@x>", OURS
    message.set_content(text)
    message.add_attachment("not my words", filename="notes.txt")
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inner words")
    message.add_attachment(inner)
    return bytes(message)

"""One IMAP conversation: enough of IMAP4rev1 to log in, search, fetch and mark by UID."""

import re
from collections.abc import Callable
from socketserver import StreamRequestHandler

from sandbox.imap_shelf import BODY, SEEN, Kept, Refusal, Shelf, is_in_set, matching

_LONGEST_LINE = 8000
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|\([^)]*\)|\S+')
_OTHER_ITEM = re.compile(r"UID|FLAGS|RFC822\.SIZE|INTERNALDATE", re.IGNORECASE)
_SET_AND_ITEMS, _SET_ACT_AND_FLAGS = 2, 3


class Conversation(StreamRequestHandler):
    """A connection from the greeting to LOGOUT; a subclass says which shelf is read."""

    shelf: Shelf

    def handle(self) -> None:
        """Answer commands until the client leaves."""
        self._known, self._selected, self._readonly = False, False, True
        self._say("* OK ready")
        while self._answer_next():
            pass

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _answer_next(self) -> bool:
        line = self.rfile.readline(_LONGEST_LINE).decode("utf-8", "replace").strip()
        tag, _, rest = line.partition(" ")
        verb, *words = [_unquoted(word) for word in _WORD.findall(rest)] or [""]
        if not verb:
            return False
        try:
            self._say(f"{tag} OK {self._carry_out(verb.upper(), words) or 'done'}")
        except Refusal as refusal:
            self._say(f"{tag} {refusal}")
        return verb.upper() != "LOGOUT"

    def _carry_out(self, verb: str, words: list[str]) -> str:
        answer = _ANSWERS.get(verb)
        if answer is None:
            raise Refusal("BAD unknown command")
        if verb not in _WITHOUT_LOGIN and not self._known:
            raise Refusal("NO log in first")
        return answer(self, words)

    def capability(self, _words: list[str]) -> str:
        """Say what this server can do."""
        self._say("* CAPABILITY IMAP4rev1")
        return ""

    def noop(self, _words: list[str]) -> str:
        """Do nothing."""
        return ""

    def logout(self, _words: list[str]) -> str:
        """Part."""
        self._say("* BYE")
        return ""

    def login(self, words: list[str]) -> str:
        """Let the mailbox's owner in."""
        if words != [self.shelf.address, self.shelf.password]:
            raise Refusal("NO [AUTHENTICATIONFAILED] wrong user or password")
        self._known = True
        return ""

    def select(self, words: list[str]) -> str:
        """Open the one folder to read and mark."""
        return self._open(words, readonly=False)

    def examine(self, words: list[str]) -> str:
        """Open the one folder to read."""
        return self._open(words, readonly=True)

    def _open(self, words: list[str], *, readonly: bool) -> str:
        if [one.upper() for one in words] != ["INBOX"]:
            raise Refusal("NO [NONEXISTENT] there is no such folder")
        self._selected, self._readonly = True, readonly
        self._say(f"* {len(self.shelf.mails())} EXISTS")
        self._say("* 0 RECENT")
        self._say(f"* FLAGS ({SEEN})")
        self._say(f"* OK [UIDVALIDITY {self.shelf.validity}]")
        return "[READ-ONLY]" if readonly else "[READ-WRITE]"

    def uid(self, words: list[str]) -> str:
        """Search, fetch or mark, by UID."""
        act = _BY_UID.get(words[0].upper()) if words else None
        if act is None or not self._selected:
            raise Refusal("BAD no such command here")
        act(self, words[1:])
        return ""

    def search(self, words: list[str]) -> None:
        """Answer the UIDs of the mails that fit."""
        found = matching(self.shelf.mails(), words)
        self._say(" ".join(["* SEARCH", *(str(one.uid) for one in found)]))

    def fetch(self, words: list[str]) -> None:
        """Answer what is asked of each mail."""
        asked = " ".join(words[1:]).strip("()")
        if len(words) < _SET_AND_ITEMS or _OTHER_ITEM.sub("", BODY.sub("", asked)).strip():
            raise Refusal("BAD unknown item")
        for place, one in enumerate(self.shelf.mails(), start=1):
            if is_in_set(one.uid, words[0]):
                self.wfile.write(b"* %d FETCH (%s)\r\n" % (place, self._items(one, asked)))

    def _items(self, one: Kept, asked: str) -> bytes:
        body, others = BODY.search(asked), BODY.sub("", asked).upper()
        if body and body[1].upper() == "BODY" and not self._readonly:
            one.flags.add(SEEN)
        known = {
            "FLAGS": f"({' '.join(sorted(one.flags))})",
            "RFC822.SIZE": str(len(one.raw)),
            "INTERNALDATE": f'"{one.came:%d-%b-%Y %H:%M:%S} +0000"',
        }
        said = [f"UID {one.uid}", *(f"{name} {known[name]}" for name in known if name in others)]
        return " ".join(said).encode() + (one.literal(body) if body else b"")

    def store(self, words: list[str]) -> None:
        """Mark mails."""
        if self._readonly:
            raise Refusal("NO [READ-ONLY] nothing can be marked")
        act = words[1].upper() if len(words) == _SET_ACT_AND_FLAGS else ""
        if act not in {"+FLAGS", "+FLAGS.SILENT"}:
            raise Refusal("BAD only +FLAGS is known")
        for place, one in enumerate(self.shelf.mails(), start=1):
            if is_in_set(one.uid, words[0]):
                one.flags.update(words[2].strip("()").split())
                if act == "+FLAGS":
                    self._say(f"* {place} FETCH (UID {one.uid} FLAGS ({' '.join(one.flags)}))")


def _unquoted(word: str) -> str:
    return re.sub(r"\\(.)", r"\1", word[1:-1]) if word.startswith('"') else word


_WITHOUT_LOGIN = frozenset({"CAPABILITY", "NOOP", "LOGOUT", "LOGIN"})
_ANSWERS: dict[str, Callable[[Conversation, list[str]], str]] = {
    "CAPABILITY": Conversation.capability,
    "NOOP": Conversation.noop,
    "LOGOUT": Conversation.logout,
    "LOGIN": Conversation.login,
    "SELECT": Conversation.select,
    "EXAMINE": Conversation.examine,
    "UID": Conversation.uid,
}
_BY_UID: dict[str, Callable[[Conversation, list[str]], None]] = {
    "SEARCH": Conversation.search,
    "FETCH": Conversation.fetch,
    "STORE": Conversation.store,
}

"""Questions as names of columns: what a form asks for, without the words around it (C2)."""

import re
import unicodedata

_WORDS = """what whats what's is are your you you're please enter fill in type write give us tell me
my
a an the do does can we i on at to of which live for best contact current valid
number address customer customer's client client's
מה מהו מהי מהם הוא היא שלך שלכם שלכן שלי נא אנא בבקשה למלא מלא/י מלאו להזין הזן הזינו הזיני
הקלד הקלידו לרשום רשמו כתבו לכתוב לציין ציינו את באיזה באיזו אתה אתם את/ה גר גרה גרים גר/ה
מתגורר מתגוררת מתגוררים לחזרה ליצירת קשר מספר כתובת של
מס מס' מס׳ לקוח לקוחה הלקוח הלקוחה"""
_AROUND = frozenset(_WORDS.split())
_MOST_WORDS = 10
_ARTICLE = "ה"
_SHORTEST = 3


def asked_for(label: str) -> list[str]:
    """Give what a question may ask for, likeliest first, as plain words run together.

    'What is your phone number?' gives 'phone', 'מה מספר הטלפון שלך?' gives 'הטלפון', 'טלפון'.
    Words that ask for something else stay: 'best time to phone' gives 'timephone'.
    """
    text = unicodedata.normalize("NFKC", label).lower()
    words = [word for word in re.split(r"[\s_?:,.!*()\"״]+", text) if word]
    kept = [re.sub(r"[\W_]+", "", word) for word in words if word not in _AROUND]
    if len(words) > _MOST_WORDS or not kept:
        return []
    bare = [
        word[1:] if word.startswith(_ARTICLE) and len(word) >= _SHORTEST else word for word in kept
    ]
    return list(dict.fromkeys(("".join(kept), "".join(bare))))

"""Real names: what may stand in one, and which ways of writing it are the same name.

Names of ethnic minorities and foreigners carry a middle dot, for which keyboards offer half a
dozen characters. They are told apart nowhere in law, so they are one name here.
"""

import re
import unicodedata

LONGEST = 50
_SPACES = re.compile("[ \u00a0\u3000]+")
_DOTS = re.compile(" *[·•‧∙・･．.] *")
# Letters of any script (rare characters lie outside the basic plane), dot, space, - and '.
_WHOLE = re.compile(r"[^\W\d_](?:[^\W\d_]|[·\-' ]|[\u0300-\u036f])*")


def normalize(name: str) -> str:
    """Return the name as it is compared: composed, one kind of dot, no stray spaces.

    Between Chinese characters a space has no meaning and goes; in other scripts it stays single.
    """
    text = unicodedata.normalize("NFC", name).strip()
    text = _DOTS.sub("·", _SPACES.sub(" ", text))
    if not re.search(r"[A-Za-z]", text):
        text = text.replace(" ", "")
    return text


def is_name(name: str) -> bool:
    """Return whether a normalized text can be somebody's name."""
    return 2 <= len(name) <= LONGEST and _WHOLE.fullmatch(name) is not None


def mask(name: str) -> str:
    """Return the name as it may be shown: 张三 as 张*, 张小三 as 张*三."""
    if len(name) <= 2:
        return name[:1] + "*"
    return name[0] + "*" * min(len(name) - 2, 3) + name[-1]


def mask_phone(phone: str) -> str:
    """Return a mobile number as it may be shown: 138****1234."""
    return f"{phone[:3]}****{phone[-4:]}"

"""Which words of a text cannot be Vietnamese: how the tests find English that was left over.

A Vietnamese word is one syllable, and syllables are built from closed lists:
an onset, a rhyme, a tone. "Edit", "Save" and "Search" are none; a few English
words ("to", "in", "them") could be, but hardly a whole sentence of them.
"""

from __future__ import annotations

import re
import unicodedata

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RHYMES = """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong
    op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn uông uôt up ut uơ uy uya uych uyên uyêt uynh
    uyt uyu ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu y yêm yên yêng yêt yêu
"""
_SYLLABLE = re.compile(f"(?:{'|'.join(_ONSETS.split())})?(?:{'|'.join(_RHYMES.split())})")
_TONES = dict.fromkeys(map(ord, "\u0300\u0309\u0303\u0301\u0323"))
_LETTERS_OF_VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ]|[\u0300\u0309\u0303\u0301\u0323]")
# Addresses, commands, placeholders, Roman figures, letters of series, names of files and settings are no words.
_NO_WORDS = re.compile(
    r"\{\w*\}|%\(\w+\)[sd]|%[sd]|`[^`]*`|\S*[/\\@_<>=]\S*|\S*\w\.\w\S*|\w*\d\w*|\b[IVX]+\b|\b[A-Z]\b|\bcups:\w+|\bvirtual:"
)

# The same in both languages: names of products, standards and files; Vietnamese abbreviations; languages.
_NAMES = """
    API APIs Authenticator CSRF CSV Chromium DEBUG Debian Excel FAB Flask-AppBuilder FreeOTP Google HTTPS IP JSON
    JavaScript LDAP Linux MAC Microsoft Motcua OID OpenAPI OpenID PDF PIN PNG PostgreSQL Python QR Redis SMTP SQLite TLS
    TESTING TOTP URL USB UTC UUID Ubuntu VNeID Windows XLSX Zalo
    admin kiosk scheduler
    Content-Type Idempotency-Key byte chmod https marshmallow mm
    BHYT CCCD CSDL HĐND KB MB NĐ PVHCC QĐ TP TT TTHC UBND
    EN English Lax
"""
PROPER_NAMES = frozenset(_NAMES.split())


def foreign_words(text: str) -> list[str]:
    """Return the words of a text that no Vietnamese reader would spell so."""
    words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", _NO_WORDS.sub(" ", text))
    return [word for word in words if word not in PROPER_NAMES and not _is_vietnamese(word)]


def vietnamese_words(text: str) -> list[str]:
    """Return the words of a text that have a letter or a tone that English has not; quotations may."""
    words = re.sub("“[^”]*”", " ", _NO_WORDS.sub(" ", unicodedata.normalize("NFC", text))).split()
    return [word for word in words if _LETTERS_OF_VIETNAMESE.search(unicodedata.normalize("NFD", word) + word)]


def _is_vietnamese(word: str) -> bool:
    toneless = unicodedata.normalize("NFC", unicodedata.normalize("NFD", word.lower()).translate(_TONES))
    return all(_SYLLABLE.fullmatch(part) for part in toneless.split("-"))

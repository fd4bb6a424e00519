"""What is typed into a search box, term by term: `boss run:3 tag:"big ones" #ff8800`."""

from collections.abc import Iterable

from studio.core.gallery.query import COLOR, FLAGS, SAME, TERM, Query


def split(text: str) -> list[str]:
    """Return the terms as they are written."""
    return [match[0] for match in TERM.finditer(text)]


def key_of(term: str) -> str:
    """Return what a term narrows: board, run, color, starred …; "" for a word to look for."""
    match = TERM.fullmatch(term)
    if match is None:
        return ""
    if match[1]:
        name = SAME.get(match[1].lower(), match[1].lower())
        return "step" if name.startswith("step") else name if name in Query.model_fields else ""
    word = (match[3] or "").lower()
    return "color" if COLOR.fullmatch(word) else FLAGS.get(word, "")


def written(key: str, value: str) -> str:
    """Return a term with a key: a value of several words stands in quotes."""
    plain = value.replace('"', "'")
    quoted = not plain or any(letter.isspace() for letter in plain)
    return f'{key}:"{plain}"' if quoted else f"{key}:{plain}"


def value_of(term: str) -> str:
    """Return what stands behind a term's colon, without quotes; of a term without one, itself."""
    match = TERM.fullmatch(term)
    if match is None:
        return term
    return match[2] if match[2] is not None else match[3]


def with_term(terms: Iterable[str], term: str) -> list[str]:
    """Return the terms with one more, in the place of one that narrows the same."""
    return [*without(terms, key_of(term)), term]


def without(terms: Iterable[str], key: str) -> list[str]:
    """Return the terms but for those that narrow this."""
    return [term for term in terms if key_of(term) != key]


def sorted_out(text: str) -> tuple[list[str], str]:
    """Return the terms that narrow something, and the words that are left."""
    terms = split(text)
    return [t for t in terms if key_of(t)], " ".join(t for t in terms if not key_of(t))

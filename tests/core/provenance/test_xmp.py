"""XMP is well-formed, keeps what was there, and takes back what an earlier export said."""

from xml.etree import ElementTree

import pytest

from studio.core.provenance.record import Record, Rights
from studio.core.provenance.xmp import record_text, without, xmp

OWN = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-'
    b'syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    b"<dc:creator><rdf:Seq><rdf:li>Grace</rdf:li></rdf:Seq></dc:creator></rdf:Description>"
    b"</rdf:RDF></x:xmpmeta>"
)


def record(**said) -> Record:
    rights = (Rights(author="Ada <&> \x00\ud800", licence='"CC0"'),)
    return Record(model="ab", rights=rights, **said)


def test_odd_names_leave_it_well_formed_and_the_record_readable():
    made = xmp(record(settings={"a": "</atelier:Record> é"}), whole=True)
    ElementTree.fromstring(made.decode().split("?>", 1)[1].rsplit("<?", 1)[0])
    assert '"model": "ab"' in (record_text(b"\0\1" + made + b"\2") or "")


def test_what_the_user_wrote_stays_and_is_not_said_twice():
    made = xmp(record(), OWN)
    ElementTree.fromstring(made)
    assert b"Grace" in made and made.count(b"<dc:creator>") == 1
    assert b"trainedAlgorithmicMedia" in made


def test_a_second_export_replaces_the_first_ones_words():
    twice = xmp(record(title="new"), xmp(record(title="old"), OWN, whole=True), whole=True)
    assert twice == xmp(record(title="new"), OWN, whole=True)
    assert without(xmp(record(), OWN)) == OWN
    assert without(xmp(record())) is None and without(None) is None and without(OWN) == OWN


@pytest.mark.parametrize("odd", [b"", b"not xml", b"\xff\xfe\0"])
def test_what_is_no_rdf_is_left_as_it_is(odd):
    assert xmp(record(), odd) == (odd or xmp(record()))


def test_a_place_is_never_in_it():
    made = xmp(record(place={"latent": "AAAA"}), whole=True)
    assert b"AAAA" not in made

"""Whatever comes in, a parser answers with a value or with RemoteProtocolError: nothing else gets out of it."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.client import _retry_after
from federation.transport import Answer
from protocols.errors import RemoteProtocolError
from protocols.strict_json import loads
from tests.fuzz import corpus
from tests.fuzz.parsers import DOCUMENTS, TEXTS
from tests.protocols.documents import noise, paths, put, spoiled

QUICK = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
LONG = settings(max_examples=4_000, deadline=None, suppress_health_check=list(HealthCheck))
STEP = 7
"""`make test` puts every seventh of the corpus into every place, a different one in each."""

near_headers = st.text(alphabet='abcABC019=,;:"()@\\ \t%*é\x7f-_+/.', max_size=80)
near_addresses = st.from_regex(r"https?://[a-zé.0-9:@\[\]%]{0,40}(/[^ ]{0,20})?", fullmatch=True)
texts = near_headers | near_addresses | st.text(max_size=80) | st.sampled_from(corpus.TEXTS)


def distorted() -> list[tuple[str, int]]:
    return [(name, number) for name, (_, examples) in DOCUMENTS.items() for number in range(len(examples))]


def read(name: str, document: Any) -> None:
    """As it comes: through the reader of JSON first, which takes away what no parser behind it will see."""
    with suppress(RemoteProtocolError):
        DOCUMENTS[name][0](loads(json.dumps(document).encode()))


def put_everywhere(name: str, number: int, step: int) -> int:
    example = DOCUMENTS[name][1][number]
    places = paths(example)
    tried = 0
    for offset, place in enumerate(places):
        for value in corpus.VALUES[offset % step :: step]:
            read(name, put(example, place, value))
            tried += 1
    return tried


@pytest.mark.parametrize(("name", "number"), distorted())
def test_the_corpus_in_every_place_of_a_document(name: str, number: int) -> None:
    assert put_everywhere(name, number, STEP) > 0


@pytest.mark.soak
@pytest.mark.parametrize(("name", "number"), distorted())
def test_the_whole_corpus_in_every_place_of_a_document(name: str, number: int) -> None:
    assert put_everywhere(name, number, 1) > 0


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents(name: str) -> None:
    documents(name, QUICK)


@pytest.mark.soak
@pytest.mark.parametrize("name", DOCUMENTS)
def test_many_documents(name: str) -> None:
    documents(name, LONG)


def documents(name: str, budget: settings) -> None:
    examples = DOCUMENTS[name][1]
    anything = st.dictionaries(st.sampled_from([*examples[0], "x"]), noise, max_size=6)

    @budget
    @given(st.one_of([spoiled(example) for example in examples] + [anything]))
    def only_refusals(document: Any) -> None:
        read(name, document)

    only_refusals()


@pytest.mark.parametrize("name", TEXTS)
def test_texts(name: str) -> None:
    for text in corpus.TEXTS:
        with suppress(RemoteProtocolError):
            TEXTS[name](text)
    for value in corpus.VALUES:
        if isinstance(value, str):
            with suppress(RemoteProtocolError):
                TEXTS[name](value)
    some_texts(name, QUICK)


@pytest.mark.soak
@pytest.mark.parametrize("name", TEXTS)
def test_many_texts(name: str) -> None:
    some_texts(name, LONG)


def some_texts(name: str, budget: settings) -> None:
    @budget
    @given(texts)
    def only_refusals(text: str) -> None:
        with suppress(RemoteProtocolError):
            TEXTS[name](text)

    only_refusals()


@pytest.mark.parametrize("name", corpus.BODIES)
def test_bodies(name: str) -> None:
    with suppress(RemoteProtocolError):
        assert isinstance(loads(corpus.BODIES[name]), dict)


@pytest.mark.parametrize("text", corpus.TEXTS)
def test_how_long_to_wait(text: str) -> None:
    """Retry-After of an answer, read by whoever delivers."""
    for headers in ({"retry-after": text}, {"retry-after": text, "date": text}, {"date": text}):
        wait = _retry_after(Answer(503, "https://a.example/", headers, b""))
        assert wait is None or wait.total_seconds() >= 0

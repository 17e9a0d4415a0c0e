"""The JSON interface, asked what its description allows and what it does not, as every role: never a 5xx, no lie."""

import contextlib

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import copied, entered, serving

from mofu.db import images, words
from mofu.db.people import Role
from mofu.workers import entering

# threads of the server draw from the same generator of random numbers while a case is made
pytestmark = pytest.mark.filterwarnings(
    "ignore:Do not use the `random` module inside strategies:hypothesis.errors.HypothesisDeprecationWarning"
)

CHECKS = [not_a_server_error, response_schema_conformance, status_code_conformance, content_type_conformance]

BOUNDED = settings(
    max_examples=3,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
"""Few examples of each operation and mode, the same ones each time."""


def token(library, role):
    """A token whose owner may everything: it is what limits who asks."""
    owner = entered(library.workshop, "admin", "owner").user
    return entering.make_token(library.workshop, owner.name, owner.id, "script", Role(role)).secret


def there(library):
    """What names something, by the parameter that it is for."""
    with library.database.read() as session:
        word = words.find(session, "もふもふ")
        image = images.of_word(session, word.id)[0].sha256
    return {"slug": word.slug, "sha256": image}


def whole(wsgi_app):
    """The application with files closed once they are read, as servers do and the transport of these tests does not."""

    def answer(environ, start_response):
        with contextlib.closing(wsgi_app(environ, start_response)) as parts:
            return [b"".join(parts)]

    return answer


@pytest.mark.parametrize("role", list(Role))
def test_nothing_breaks_and_every_answer_is_as_described(demo_library, tmp_path, role):
    with serving(copied(demo_library, tmp_path / "library")) as app:
        app.testing = False  # what is raised shall become an answer, as it does for clients
        app.wsgi_app = whole(app.wsgi_app)
        library = app.extensions["mofu"]
        known, secret = there(library), token(library, role)
        for found in schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations():
            for mode in GenerationMode:
                ask(found.ok(), mode, known, secret)
            for deleted in library.deleted():
                library.restore(deleted.word.slug)


def ask(operation, mode, known, secret):
    asked = []

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case):
        asked.append(case)
        if len(asked) % 3 != 2 and case.path_parameters:  # most of them of what is there
            case.path_parameters = {name: known.get(name, value) for name, value in case.path_parameters.items()}
        case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKS)

    with contextlib.suppress(Unsatisfiable):  # nothing that it takes can be wrong
        each()

"""The pages' texts: each in the catalogue, each translated, nothing said outside of it."""

import gettext
import io
import re
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import jinja2
import pytest
from babel.messages.pofile import read_po

from mofu.webui import texts
from mofu.webui.languages import LANGUAGES, MOMENTS

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(texts.HERE.glob("*/templates/**/*.html"))
SAID_AS_IT_IS = {"mofu", "MB", "P", "px", "UTC"}
"""A name, units, a symbol: the same in every language."""
KEYS = {"code", "kbd", "pre", "script", "style"}
EXPRESSION = "\ue000"
READ_ALOUD = {"alt", "aria-label", "label", "placeholder", "title"}


def _catalogue(language):
    return read_po(io.BytesIO(texts.catalogue(language).read_bytes()), locale=language, abort_invalid=True)


def _messages(catalogue):
    return {(message.id, message.context): message for message in catalogue if message.id}


def _spoken(message):
    return message.id if isinstance(message.id, tuple) else (message.id,)


def _translations(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)


def _placeholders(text):
    """`%(name)s` with its conversion, `%%`, and the {name} that scripts fill in."""
    return sorted(re.findall(r"%\(\w+\)[a-z]|%%|\{\w+\}", text))


def test_every_language_of_the_pages_but_that_of_the_code_has_a_catalogue():
    assert {*texts.LANGUAGES, "en"} == set(LANGUAGES) == set(MOMENTS)


@pytest.mark.parametrize("language", texts.LANGUAGES)
class TestTheCatalogue:
    def test_holds_what_the_pages_say_and_nothing_else(self, language):
        assert set(_messages(_catalogue(language))) == set(_messages(texts.extracted(language)))

    def test_keeps_nothing_that_no_page_says_any_more(self, language):
        assert not _catalogue(language).obsolete

    def test_translates_everything(self, language):
        assert texts.untranslated(_catalogue(language)) == []

    def test_leaves_nothing_to_guess(self, language):
        assert [message.id for message in _catalogue(language) if message.id and message.fuzzy] == []

    def test_keeps_every_placeholder(self, language):
        for message in _messages(_catalogue(language)).values():
            spoken = _placeholders(_spoken(message)[-1])
            assert [_placeholders(each) for each in _translations(message)] == [spoken] * len(_translations(message))

    def test_has_every_plural_form(self, language):
        catalogue = _catalogue(language)
        for message in _messages(catalogue).values():
            forms = catalogue.num_plurals if isinstance(message.id, tuple) else 1
            assert len(_translations(message)) == forms

    def test_is_as_the_command_leaves_it(self, language):
        """But for the order: a line that moves within its file is no new text."""
        written = texts.catalogue(language).read_bytes()
        again = texts.written(texts.updated(language, written))
        assert sorted(again.strip().split(b"\n\n")) == sorted(written.strip().split(b"\n\n"))

    def test_is_what_the_server_reads(self, language):
        file = texts.catalogue(language)
        with file.with_suffix(".mo").open("rb") as compiled:
            read = gettext.GNUTranslations(compiled)
        for message in _messages(_catalogue(language)).values():
            spoken, translated = _spoken(message), _translations(message)[0]
            if len(spoken) == 2:
                assert read.ngettext(*spoken, 2) == translated
            else:
                assert (
                    read.pgettext(message.context, *spoken) if message.context else read.gettext(*spoken)
                ) == translated


def test_an_update_keeps_translations_and_drops_what_is_not_said_any_more():
    gone = b'msgid "No page says this."\nmsgstr "X"\n\nmsgid "Words"\nmsgstr "W"\n'
    messages = {message.id: message.string for message in texts.updated("ja", gone)}
    assert messages["Words"] == "W"
    assert "No page says this." not in messages


def test_what_is_marked_as_fuzzy_is_to_be_translated_anew():
    doubtful = b'#, fuzzy\nmsgid "Words"\nmsgstr "W"\n'
    assert "Words" in texts.untranslated(texts.updated("ja", doubtful))


class Visible(HTMLParser):
    """What a reader sees or hears of a page."""

    def __init__(self):
        super().__init__()
        self.said, self._within = [], []

    def handle_starttag(self, tag, attrs):
        self._within.append(tag)
        self.said += [value for name, value in attrs if value and (name in READ_ALOUD or name.startswith("data-text"))]

    def handle_endtag(self, tag):
        while tag in self._within and self._within.pop() != tag:
            pass

    def handle_data(self, data):
        if not KEYS & set(self._within):
            self.said.append(data)


def _outside_of_expressions(template):
    """A template's HTML with a sign for each expression, without its statements and comments."""
    tokens = jinja2.Environment(extensions=["jinja2.ext.do"]).lex(template)
    signs = {"data": lambda value: value, "variable_begin": lambda _: EXPRESSION}
    return "".join(signs[kind](value) for _, kind, value in tokens if kind in signs)


def _hard_coded(template):
    visible = Visible()
    visible.feed(_outside_of_expressions(template))
    # a macro may give an address, attributes or an identifier: such pieces are read by no one
    pieces = [piece for piece in " ".join(visible.said).split() if not re.search(f"[/=]|{EXPRESSION}-", piece)]
    return [word for word in re.findall(r"[^\W\d_]+", " ".join(pieces)) if word not in SAID_AS_IT_IS]


@pytest.mark.parametrize("template", TEMPLATES, ids=[str(path.relative_to(texts.HERE)) for path in TEMPLATES])
def test_a_template_says_nothing_in_one_language_only(template):
    assert _hard_coded(template.read_text()) == []


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<img alt="a picture">', ["a", "picture"]),
        ("{% if x %}yes{% endif %}", ["yes"]),
        ('<p class="soft">{{ _("Hello") }}, 3 MB</p> <kbd>A</kbd> {# no #}', []),
    ],
)
def test_a_text_outside_of_the_catalogue_is_found(template, said):
    assert _hard_coded(template) == said


def test_scripts_hold_no_sentence():
    for script in (texts.HERE / "static" / "js").glob("*.js"):
        code = re.sub(r"^\s*(//|/?\*).*$", "", script.read_text(), flags=re.MULTILINE)
        assert re.findall(r'"([A-Z][a-z]+(?: [a-z]+)+[.:]?)"', code) == [], script.name


def test_the_package_ships_what_the_pages_need():
    """The wheel holds the whole package as it lies in the repository: nothing is left out, nothing is added."""
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert wheel == {"packages": ["mofu"]}
    ignored = (ROOT / ".gitignore").read_text().split()
    needed = [
        texts.catalogue("ja").with_suffix(".mo"),
        texts.HERE / "openapi.json",
        texts.HERE / "static" / "style.css",
        *TEMPLATES,
    ]
    assert all(path.is_file() for path in needed)
    assert not [pattern for pattern in ignored for path in needed if path.match(pattern.rstrip("/"))]

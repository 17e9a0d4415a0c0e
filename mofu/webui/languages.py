"""A request → language, theme and keys of its answer: chosen by the person, by a cookie, by the browser."""

from __future__ import annotations

from pathlib import Path

from flask import Flask, redirect, request
from flask_babel import Babel, format_datetime, get_locale
from werkzeug.wrappers import Response

from mofu.webui.access import Right, current_person, needs

LANGUAGES = {"en": "English", "ja": "日本語"}
MOMENTS = {"en": "yyyy-MM-dd HH:mm", "ja": "yyyy/MM/dd HH:mm"}
"""How a time is written, to the minute."""
THEMES = ("auto", "light", "dark")
LANGUAGE_COOKIE = "mofu-language"
THEME_COOKIE = "mofu-theme"
KEYS = ("on", "off")
"""Whether single characters are keys: WCAG 2.1.4 wants a way to switch them off."""
KEYS_COOKIE = "mofu-keys"
YEAR_S = 31_536_000


def install(app: Flask) -> None:
    """Translate texts, and tell templates the language, the languages there are, the theme and the keys."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(Path(__file__).parent / "translations")
    app.config["BABEL_DEFAULT_TIMEZONE"] = "UTC"
    Babel(app, default_locale="en", locale_selector=language)
    app.jinja_env.add_extension("jinja2.ext.do")
    app.jinja_env.globals.update(language=language, languages=LANGUAGES, theme=theme, keys=keys, get_locale=get_locale)
    app.add_url_rule("/language", "language", _choose, methods=["POST"])
    app.jinja_env.filters["when"] = lambda moment: format_datetime(moment, MOMENTS[language()])


def language() -> str:
    """The code of the request's language: this browser's choice, the person's, or what the browser asks for."""
    person = current_person()
    chosen = request.cookies.get(LANGUAGE_COOKIE) or (person.language if person else None)
    if chosen in LANGUAGES:
        return str(chosen)
    return request.accept_languages.best_match(list(LANGUAGES), "en") or "en"


@needs(Right.ANYONE)
def _choose() -> Response:
    response = redirect(path_of_ours(request.form.get("next")), 303)
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        response.set_cookie(
            LANGUAGE_COOKIE, str(chosen), max_age=YEAR_S, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return response


def theme() -> str:
    """auto, light or dark."""
    person = current_person()
    chosen = (person.theme if person else None) or request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else "auto"


def keys() -> str:
    """on, or off where this browser's user does not want single characters to be keys."""
    chosen = request.cookies.get(KEYS_COOKIE)
    return chosen if chosen in KEYS else "on"


def path_of_ours(asked: str | None, otherwise: str = "/words") -> str:
    """Where to go next: a path of this server, never another's address."""
    if not asked or not asked.startswith("/") or asked[1:2] in ("/", "\\") or not asked.isprintable():
        return otherwise
    return asked

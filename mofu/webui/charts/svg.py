"""Elements of an SVG that a page shows: escaped, with a title and a description for whoever does not see it."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape


def element(name: str, *children: object, **attributes: object) -> Markup:
    """An element; `class_` is written class, underscores are hyphens, None leaves an attribute out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    inside = Markup("").join(escape(child) for child in children)
    return Markup(f"<{name}{given}>{inside}</{name}>")  # noqa: S704 - all that it is made of was escaped


def drawing(title: str, description: str, width: float, height: float, parts: Iterable[Markup]) -> Markup:
    """A whole plot: `description` says in words what it shows."""
    drawn = Markup("").join(parts)
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        drawn,
        class_="plot",
        role="group" if "<a " in drawn else "img",  # what is one picture to a screen reader hides its links
        aria_label=f"{title}. {description}",
        viewBox=f"0 0 {_short(width)} {_short(height)}",
        width=width,
        height=height,
        xmlns="http://www.w3.org/2000/svg",
    )


def text(x: float, y: float, words: object, *, anchor: str = "start", class_: str | None = None) -> Markup:
    """A label; anchor is start, middle or end."""
    return element("text", words, x=x, y=y, text_anchor=anchor, class_=class_)


def link(href: str | None, label: str, *parts: Markup) -> Markup:
    """Parts that lead somewhere, named for whoever does not see them; without an address, as they are."""
    if href is None:
        return Markup("").join(parts)
    return element("a", element("title", label), *parts, href=href, aria_label=label)


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)

"""Options that mean the same at every verb that takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def _split(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip()) or None


Decorator = Callable[[Any], Any]


def _as_setting(name: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
    """Note what an option says as the setting that it is, beside those of --set."""

    def note(context: click.Context, _parameter: click.Parameter, value: str | None) -> None:
        if value is not None:
            given: dict[str, Any] = context.find_root().ensure_object(dict)
            given["flags"] = (*given.get("flags", ()), f"{name}={value}")

    return note


source: Decorator = click.option(
    "--source", "-s", metavar="NAME", multiple=True, callback=_split,
    help="Search service; repeatable, or several with commas, interleaved.  [setting: build.sources]",
)  # fmt: skip
noun: Decorator = click.option(
    "--noun", metavar="NOUN", default="", help="A noun searched for together with the word, e.g. 犬."
)
language: Decorator = click.option(
    "--lang", "language", metavar="CODE", help="The word's language, e.g. ja.  [default: guessed from its script]"
)
backbone: Decorator = click.option(
    "--backbone", "-b", metavar="NAME[:LAYER]",
    help="What computes activations; see `mofu models`.  [setting: features.backbone]",
)  # fmt: skip
backbones: Decorator = click.option(
    "--backbone", "-b", metavar="NAME[:LAYER]", multiple=True, callback=_split,
    help="What computes activations; repeatable, their orders are then fused.  [setting: features.backbone]",
)  # fmt: skip
weights: Decorator = click.option(
    "--weights", metavar="FILE", expose_value=False, callback=_as_setting("features.weights"),
    help="A weights file of one's own for the backbone, safetensors or tensors alone.  [setting: features.weights]",
)  # fmt: skip
strategy: Decorator = click.option(
    "--strategy", metavar="NAME", expose_value=False, callback=_as_setting("ranking.strategy"),
    help="How images are ordered.  [setting: ranking.strategy]",
)  # fmt: skip
description: Decorator = click.option(
    "--description", metavar="TEXT", expose_value=False, callback=_as_setting("ranking.description"),
    help="What the images look like, for --strategy described.  [setting: ranking.description]",
)  # fmt: skip
count: Decorator = click.option(
    "-n", "count", metavar="N", type=click.IntRange(1), help="Distinct images wanted.  [setting: build.n]"
)
licence: Decorator = click.option(
    "--license", "licence", metavar="FILTER",
    help="any, commercial, modification, or codes such as CC-BY-4.0,CC0-1.0.  [setting: build.license]",
)  # fmt: skip
widen: Decorator = click.option("--widen", is_flag=True, help="Ask for variants of the word too, if it gives too few.")
retry: Decorator = click.option(
    "--retry", is_flag=True, help="Where images are missing, try again what failed for reasons that may have passed."
)


def together(*options: Decorator) -> Decorator:
    """Several options as one decorator, listed in the order given."""

    def decorate(function: Any) -> Any:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


activations = together(backbone, weights)
"""What computes activations."""
ranked_by = together(backbones, weights)
"""What computes activations, several times."""
crawling = together(count, source, noun, language, licence, widen, retry)
"""How a word is crawled."""

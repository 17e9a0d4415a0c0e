"""From what services and people call a licence to one code for each; from codes to what they allow and their names.

Codes are SPDX's where it has one (`CC-BY-SA-4.0`, `CC0-1.0`), without the country of a ported licence (its address
keeps it), and some of our own: `PDM-1.0` (Public Domain Mark), `PD` (said to be in the public domain),
`no-known-copyright`, `all-rights-reserved`, and `unknown` where nothing is said. `CC-BY` is the licence whose version
was not said; wherever codes are wanted, it stands for every version.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from mofu.errors import InvalidInputError, UnknownNameError

UNKNOWN: Final = "unknown"

_CC: Final = ("CC-BY", "CC-BY-SA", "CC-BY-NC", "CC-BY-ND", "CC-BY-NC-SA", "CC-BY-NC-ND")
_VERSIONS: Final = ("1.0", "2.0", "2.1", "2.5", "3.0", "4.0")
_FREE: Final = (*_CC, "CC0-1.0", "PDM-1.0", "PD", "GFDL")
"""The licences that allow something beyond what the law does."""

_CC_PAGE = re.compile(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z0-9+-]+)(?:/(\d\.\d))?", re.IGNORECASE)
_CC_NAME = re.compile(r"(?:cc-)?by((?:-(?:nc|nd|sa))*)(?:-v?(\d(?:\.\d)?)(?:-.*)?)?")
_SPELLED_OUT: Final = (
    ("creative commons", "cc"),
    ("attribution", "by"),
    ("no derivative works", "nd"),
    ("noderivatives", "nd"),
    ("noderivs", "nd"),
    ("non-commercial", "nc"),
    ("noncommercial", "nc"),
    ("share-alike", "sa"),
    ("share alike", "sa"),
    ("sharealike", "sa"),
    (" license", ""),
)
_OTHERS: Final = (
    (re.compile(r"cc-?0(-.*)?|(cc-)?zero(-.*)?|public-domain-dedication(-.*)?"), "CC0-1.0"),
    (re.compile(r"pdm(-.*)?|(public-domain-)?mark(-.*)?"), "PDM-1.0"),
    (re.compile(r"pd(-.*)?|public-?domain(-.*)?|certification|united-states-government-work"), "PD"),
    (re.compile(r"gfdl(-.*)?|gnu-free-documentation(-.*)?"), "GFDL"),
    (re.compile(r"no-known-copyright(-.*)?"), "no-known-copyright"),
    (re.compile(r"all-rights-reserved"), "all-rights-reserved"),
)
_PAGES: Final = {
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "PDM-1.0": "https://creativecommons.org/publicdomain/mark/1.0/",
    "GFDL": "https://www.gnu.org/licenses/fdl-1.3.html",
    # The first version named its conditions in another order.
    "CC-BY-NC-ND-1.0": "https://creativecommons.org/licenses/by-nd-nc/1.0/",
}
_NAMES: Final = {
    "CC0-1.0": "CC0 1.0",
    "PDM-1.0": "Public Domain Mark 1.0",
    "PD": "public domain",
    "no-known-copyright": "no known copyright restrictions",
    "all-rights-reserved": "all rights reserved",
    UNKNOWN: "licence unknown",
}


def normalize(name: str | None, version: str | None = None, url: str | None = None) -> str:
    """One code for a licence as a service names it.

    Args:
        name: Openverse's (`by-sa`), Commons' (`CC BY-SA 4.0`), Flickr's (`Attribution-ShareAlike License`) or SPDX's.
        version: `4.0`, where the service gives it apart.
        url: the licence's page; read where the name says nothing, or says no version.

    Returns:
        The code; `unknown` where nothing is said or what is said is not known.
    """
    named = _code(name or "", version or "")
    page = _CC_PAGE.search((url or "")[:500])
    linked = _code(page[1], page[2] or "") if page else UNKNOWN
    return linked if named in (UNKNOWN, family(linked)) else named


def family(code: str) -> str:
    """The code without its version, for Creative Commons licences; any other code as it is."""
    stem, _, version = code.rpartition("-")
    return stem if stem in _CC and version in _VERSIONS else code


def version_of(code: str) -> str | None:
    """The version that a code ends with, e.g. `4.0`; None where it has none."""
    version = code.rpartition("-")[2]
    return version if version in _VERSIONS else None


def matches(code: str, wanted: Collection[str]) -> bool:
    """Whether a code is among the wanted ones, of which `CC-BY` stands for every version."""
    return code in wanted or family(code) in wanted


def license_page(code: str) -> str | None:
    """The address of a licence's text; None where there is no one page (2.1 exists for single countries only)."""
    stem, version = family(code), version_of(code)
    if code in _PAGES or stem not in _CC or version in (None, "2.1"):
        return _PAGES.get(code)
    return f"https://creativecommons.org/licenses/{stem.removeprefix('CC-').lower()}/{version}/"


def attribution(title: str | None, creator: str | None, code: str, url: str | None) -> str:
    """Title, author, source and licence on one line, in the order that Creative Commons recommends (TASL)."""
    page = license_page(code)
    work = f'"{title or "Untitled"}"' + (f" by {creator}" if creator else "")
    return ", ".join(part for part in (work, url, _name(code) + (f" ({page})" if page else "")) if part)


@dataclass(frozen=True, slots=True)
class LicenseFilter:
    """Which licences a user takes; no codes: any, unknown ones too."""

    codes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, wanted: str) -> LicenseFilter:
        """Read `any`, `commercial`, `modification`, codes such as `CC-BY-4.0,CC0-1.0`, or several of them.

        `commercial` leaves out NC licences, `modification` ND ones, both what is not known to be free. Together with
        codes they narrow these down.

        Raises:
            UnknownNameError: lists the known names and the nearest.
            InvalidInputError: nothing is left, e.g. of `commercial,CC-BY-NC-4.0`.
        """
        parts = [part.strip() for part in wanted.split(",") if part.strip()] or [wanted]
        uses = {part.lower() for part in parts} & {"any", "commercial", "modification"}
        codes = tuple(dict.fromkeys(_known(part) for part in parts if part.lower() not in uses))
        if not codes and uses == {"any"}:
            return cls()
        left = tuple(code for code in codes or _FREE if _allows_uses(code, uses))
        if not left:
            raise InvalidInputError(
                f"licence {wanted!r} leaves none: expected codes that allow the uses named with them"
            )
        return cls(left)

    def allows(self, code: str) -> bool:
        """Whether a hit of this licence is taken."""
        return not self.codes or matches(code, self.codes)


def _allows_uses(code: str, uses: Iterable[str]) -> bool:
    conditions = code.split("-")
    restricted = {"commercial": "NC", "modification": "ND"}
    return all(use == "any" or (matches(code, _FREE) and restricted[use] not in conditions) for use in uses)


def _known(part: str) -> str:
    code = _code(part, "")
    if code == UNKNOWN and part.lower() != UNKNOWN:
        listed = (*_FREE, *(f"{stem}-4.0" for stem in _CC), "no-known-copyright", "all-rights-reserved", UNKNOWN)
        raise UnknownNameError("licence", part, ("any", "commercial", "modification", *listed))
    return code


def _code(name: str, version: str) -> str:
    plain = name[:200].lower().strip()
    # On Commons "Attribution" alone is a permission of its own, not Creative Commons'.
    if plain != "attribution":
        for words, short in _SPELLED_OUT:
            plain = plain.replace(words, short)
    plain = re.sub(r"[^a-z0-9.+]+", "-", plain).strip("-")
    if creative := _CC_NAME.fullmatch(plain):
        return _creative_commons(set(creative[1].split("-")) - {""}, version.strip() or creative[2] or "")
    return next((code for pattern, code in _OTHERS if pattern.fullmatch(plain)), UNKNOWN)


def _creative_commons(conditions: set[str], version: str) -> str:
    stem = "-".join(["CC-BY", *(c.upper() for c in ("nc", "sa", "nd") if c in conditions)])
    if stem not in _CC:
        return UNKNOWN
    full = version if "." in version else f"{version}.0"
    return f"{stem}-{full}" if full in _VERSIONS else stem


def _name(code: str) -> str:
    stem = family(code)
    if stem not in _CC:
        return _NAMES.get(code, code)
    return f"CC {stem.removeprefix('CC-')} {version_of(code) or ''}".rstrip()

"""Licences: one code for each, what a filter takes, how a work is credited."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.crawler.licenses import LicenseFilter, attribution, family, license_page, matches, normalize, version_of
from mofu.errors import InvalidInputError, UnknownNameError

CC = "https://creativecommons.org"


@pytest.mark.parametrize(
    ("name", "version", "code"),
    [
        ("by", "2.0", "CC-BY-2.0"),
        ("by-sa", "4.0", "CC-BY-SA-4.0"),
        ("by-nc-nd", "2.0", "CC-BY-NC-ND-2.0"),
        ("by-nd-nc", "1.0", "CC-BY-NC-ND-1.0"),
        ("by", None, "CC-BY"),
        ("by", "9.9", "CC-BY"),
        ("cc0", "1.0", "CC0-1.0"),
        ("pdm", "1.0", "PDM-1.0"),
        ("sampling+", "1.0", "unknown"),
    ],
)
def test_openverses_names(name: str, version: str | None, code: str) -> None:
    assert normalize(name, version) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("CC BY 3.0 de", "CC-BY-3.0"),
        ("CC BY-SA 2.5,2.0,1.0", "CC-BY-SA-2.5"),
        ("CC0", "CC0-1.0"),
        ("Public domain", "PD"),
        ("PD-US-expired", "PD"),
        ("GFDL 1.2", "GFDL"),
        ("Attribution", "unknown"),
        ("Copyrighted free use", "unknown"),
        ("by the sea", "unknown"),
    ],
)
def test_commons_names(name: str, code: str) -> None:
    assert normalize(name) == code


@pytest.mark.parametrize(
    ("name", "url", "code"),
    [
        ("All Rights Reserved", "", "all-rights-reserved"),
        ("Attribution License", f"{CC}/licenses/by/2.0/", "CC-BY-2.0"),
        ("Attribution-NonCommercial-NoDerivs License", f"{CC}/licenses/by-nc-nd/2.0/", "CC-BY-NC-ND-2.0"),
        ("No known copyright restrictions", "https://www.flickr.com/commons/usage/", "no-known-copyright"),
        ("United States Government Work", "http://www.usa.gov/copyright.shtml", "PD"),
        ("Public Domain Dedication (CC0)", f"{CC}/publicdomain/zero/1.0/", "CC0-1.0"),
        ("Public Domain Mark", f"{CC}/publicdomain/mark/1.0/", "PDM-1.0"),
    ],
)
def test_flickrs_names(name: str, url: str, code: str) -> None:
    assert normalize(name, url=url) == code


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://creativecommons.org/licenses/by/2.1/jp/", "CC-BY-2.1"),
        ("https://creativecommons.org/licenses/by-sa/3.0/igo/deed.fr", "CC-BY-SA-3.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.ja", "CC0-1.0"),
        ("https://creativecommons.org/licenses/by-nc", "CC-BY-NC"),
        ("https://example.com/licenses/by/4.0/", "unknown"),
        ("", "unknown"),
    ],
)
def test_the_address_says_it_where_the_name_does_not(url: str, code: str) -> None:
    assert normalize(None, url=url) == code


def test_the_name_wins_over_an_address_that_says_something_else() -> None:
    assert normalize("by-nc", "2.0", f"{CC}/licenses/by/4.0/") == "CC-BY-NC-2.0"


@given(st.text(), st.none() | st.text(), st.none() | st.text())
def test_anything_has_a_code_whose_code_is_itself(name: str, version: str | None, url: str | None) -> None:
    code = normalize(name, version, url)
    assert normalize(code) == code


def test_a_code_is_a_family_and_a_version() -> None:
    assert (family("CC-BY-SA-4.0"), version_of("CC-BY-SA-4.0")) == ("CC-BY-SA", "4.0")
    assert (family("CC0-1.0"), version_of("CC0-1.0")) == ("CC0-1.0", "1.0")
    assert (family("PD"), version_of("PD")) == ("PD", None)


def test_a_code_without_a_version_stands_for_every_version() -> None:
    assert matches("CC-BY-2.0", ["CC-BY"])
    assert matches("CC-BY-2.0", ["CC-BY-2.0"])
    assert not matches("CC-BY", ["CC-BY-2.0"])
    assert not matches("CC-BY-SA-2.0", ["CC-BY"])


class TestFilter:
    """What the words of `--license` take."""

    def test_any_takes_what_is_unknown_too(self) -> None:
        assert LicenseFilter.parse("any") == LicenseFilter()
        assert LicenseFilter.parse("any").allows("unknown")

    @pytest.mark.parametrize(
        ("wanted", "taken", "left"),
        [
            ("commercial", "CC-BY-2.0 CC-BY-ND-4.0 CC0-1.0 PDM-1.0 PD GFDL", "CC-BY-NC-2.0 CC-BY-NC-ND-4.0"),
            ("modification", "CC-BY-2.0 CC-BY-NC-SA-4.0 CC0-1.0", "CC-BY-ND-4.0 CC-BY-NC-ND-2.0"),
            ("commercial,modification", "CC-BY-SA-3.0 CC0-1.0", "CC-BY-ND-4.0 CC-BY-NC-2.0"),
            ("cc-by, CC0-1.0", "CC-BY-1.0 CC-BY-4.0 CC0-1.0", "CC-BY-SA-4.0 PDM-1.0"),
            ("commercial,CC-BY-4.0,CC-BY-NC-4.0", "CC-BY-4.0", "CC-BY-NC-4.0 CC-BY-2.0 CC0-1.0"),
        ],
    )
    def test_uses_and_codes(self, wanted: str, taken: str, left: str) -> None:
        chosen = LicenseFilter.parse(wanted)
        assert all(chosen.allows(code) for code in taken.split())
        assert not any(chosen.allows(code) for code in left.split())
        assert not any(chosen.allows(code) for code in ("unknown", "all-rights-reserved", "no-known-copyright"))

    def test_its_codes_are_explicit(self) -> None:
        assert LicenseFilter.parse("CC-BY-4.0,by,CC-BY-4.0").codes == ("CC-BY-4.0", "CC-BY")

    @pytest.mark.parametrize(("wanted", "nearest"), [("comercial", "commercial"), ("CC-BY-AS", "CC-BY-SA"), ("", "")])
    def test_an_unknown_name_is_answered_with_the_nearest(self, wanted: str, nearest: str) -> None:
        with pytest.raises(UnknownNameError, match=f"unknown licence '{wanted}'.*{nearest}"):
            LicenseFilter.parse(wanted)

    def test_a_choice_that_leaves_nothing_is_refused(self) -> None:
        with pytest.raises(InvalidInputError, match="leaves none"):
            LicenseFilter.parse("commercial,CC-BY-NC-4.0")


def test_a_credit_names_title_author_source_and_licence() -> None:
    line = attribution("Moss", "Hanako", "CC-BY-SA-4.0", "https://page.example/")
    assert line == f'"Moss" by Hanako, https://page.example/, CC BY-SA 4.0 ({CC}/licenses/by-sa/4.0/)'


def test_a_credit_leaves_out_what_is_not_known() -> None:
    assert attribution(None, None, "unknown", None) == '"Untitled", licence unknown'
    assert attribution("Moss", None, "PD", None) == '"Moss", public domain'


@pytest.mark.parametrize(
    ("code", "page"),
    [
        ("CC-BY-2.0", f"{CC}/licenses/by/2.0/"),
        ("CC-BY-NC-ND-1.0", f"{CC}/licenses/by-nd-nc/1.0/"),
        ("CC0-1.0", f"{CC}/publicdomain/zero/1.0/"),
        ("PDM-1.0", f"{CC}/publicdomain/mark/1.0/"),
        ("CC-BY-2.1", None),
        ("CC-BY", None),
        ("PD", None),
        ("unknown", None),
    ],
)
def test_a_licence_has_a_page(code: str, page: str | None) -> None:
    assert license_page(code) == page

"""Text of strangers: what Markdown, a spreadsheet and a link make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofu.export.plain_text import csv_cell, markdown, one_line, web_link


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines", "two lines"),
        ("  a\t b \u2028c ", "a b c"),
        ("bell\a and \x1b[31mred", "bell and [31mred"),
        ("turned \u202egpj.exe", "turned gpj.exe"),
        ("石鹸の泡 👩‍🔬", "石鹸の泡 👩‍🔬"),
        (None, ""),
    ],
)
def test_one_line_drops_what_cannot_be_seen(text, line):
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("*bold* _it_", "\\*bold\\* \\_it\\_"),
        ("[x](javascript:alert(1))", "\\[x\\](javascript:alert(1))"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a | b `c` \\d", "a \\| b \\`c\\` \\\\d"),
        ("see https://evil.example or www.evil.example", "see https\\://evil.example or www\\.evil.example"),
        ("AT&amp;T", "AT&amp;amp;T"),
        ("first\n# second", "first \\# second"),
    ],
)
def test_markdown_shows_letters_and_obeys_none(text, escaped):
    assert markdown(text) == escaped


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "＝", "\t=", "\r\n=", " @"])
def test_a_cell_never_starts_a_formula(start):
    assert csv_cell(f"{start}HYPERLINK()").startswith("'")


@given(st.text())
def test_no_text_starts_a_formula(text):
    assert not csv_cell(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/x", "http://[bad", "", None]
)
def test_only_addresses_of_the_web_become_links(url):
    assert web_link(url) is None


def test_a_link_cannot_be_left():
    assert web_link('https://a.example/x>) "y" (<b') == "https://a.example/x%3E%29%20%22y%22%20%28%3Cb"


def test_an_ordinary_link_stays_as_it_is():
    assert web_link("https://a.example/p%20q?x=1&y=2#z") == "https://a.example/p%20q?x=1&y=2#z"

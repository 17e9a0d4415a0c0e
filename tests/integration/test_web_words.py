"""The list of words: cards with counts, found in any spelling, a page at a time; pictures that nothing can abuse."""


def test_strangers_are_sent_to_the_login(web):
    answer = web.client(None).get("/words?q=a")
    assert answer.status_code == 302
    assert answer.location == "/login?next=/words?q%3Da"


def test_data_tells_strangers_that_they_are_not_logged_in(web):
    answer = web.client(None).get("/words.json")
    assert answer.status_code == 401
    assert answer.json["error"]["kind"] == "Unauthorized"


def test_every_word_is_a_card_the_newest_first(web):
    shown = web.client("viewer").get("/words.json").json
    assert [card["word"]["text"] for card in shown["cards"]] == ["しましま", "ぶつぶつ", "もふもふ"]
    assert all(len(card["top"]) == 5 for card in shown["cards"])


def test_words_are_found_by_kana_romaji_and_meaning(web):
    client = web.client("viewer")
    for query in ("もふ", "モフモフ", "mofu", "fluffy", "MOFUMOFU"):
        found = client.get("/words.json", query_string={"q": query}).json["cards"]
        assert [card["word"]["text"] for card in found] == ["もふもふ"], query


def test_a_search_that_finds_nothing_says_so(web):
    assert "No word like “zzz”" in web.client("viewer").get("/words?q=zzz").get_data(as_text=True)


def test_a_word_that_is_not_there_lists_the_nearest(web):
    answer = web.client("viewer").get("/words/もふも.json")
    assert answer.status_code == 404
    assert "もふもふ" in answer.json["error"]["message"]


def test_a_thumbnail_is_kept_for_ever_and_can_do_nothing(web):
    client = web.client("viewer")
    name = client.get("/words.json").json["cards"][0]["top"][0]
    answer = client.get(f"/pictures/{name}/thumbnail.jpg")
    assert answer.mimetype == "image/jpeg"
    assert answer.headers["Cache-Control"] == "max-age=31536000, private, immutable"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_an_original_has_the_type_that_was_detected(web):
    client = web.client("viewer")
    name = client.get("/words.json").json["cards"][0]["top"][0]
    assert client.get(f"/pictures/{name}/large").mimetype in {"image/jpeg", "image/png", "image/webp", "image/gif"}


def test_names_that_are_no_hash_are_not_found(web):
    client = web.client("viewer")
    for name in ("x" * 64, "a" * 64, "..%2f..%2flibrary.sqlite", "A" * 64):
        assert client.get(f"/pictures/{name}/thumbnail.jpg").status_code == 404
        assert client.get(f"/pictures/{name}/large").status_code == 404


def test_every_answer_carries_the_headers(web):
    answer = web.client("viewer").get("/words")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_an_unknown_address_says_what_to_do(web):
    answer = web.client("viewer").get("/nothing/here")
    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.get_data(as_text=True)


def test_the_language_is_chosen_by_a_form_and_kept(web):
    client = web.client("viewer")
    answer = client.post("/language", data={"language": "ja", "next": "/words"})
    assert answer.location == "/words"
    assert '<html lang="ja"' in client.get("/words").get_data(as_text=True)


def test_a_form_leads_to_no_other_server(web):
    client = web.client("viewer")
    for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"):
        assert client.post("/language", data={"language": "en", "next": elsewhere}).location == "/words"


def test_a_change_without_the_token_is_refused(web):
    client = web.client("viewer")
    client.token = ""
    answer = client.post("/language", data={"language": "ja"})
    assert answer.status_code == 400
    assert "reload the page" in answer.get_data(as_text=True)

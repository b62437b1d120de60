"""Finding predictions and articles by their words: the same answers on every database."""

import pytest
from django.db import transaction

from forecasts.models import Article, Prediction
from forecasts.selectors.queries import NotAQuery, read_query
from forecasts.selectors.search import matching, search, snippet
from tests.builders import make_article, make_prediction

pytestmark = pytest.mark.django_db
TEXT = "Aid stops at once. Le café ferme. Верховная Рада приняла закон. Der Straßenbau beginnt."
HOSTILE = [
    'aid"', '"aid', '""', 'aid""', "aid*", "*", "-", "--", "aid AND", "OR aid", "NOT", "NEAR(aid ukraine, 2)", "title:aid", "{title body}:aid",
    "^aid", "aid^2", "aid + ukraine", "(aid", "aid)", "((((", "aid & | !", "!aid", "<->", "aid:*", "aid:A", "'aid'", "''", "\\", "aid\\", "%", "_",
    "aid; DROP TABLE forecasts_searchtext", "\u202eaid", "\ud7ff", "𞤀𞤁", "ﬁle", "½", "٣", "a" * 200, "aid\ttabs\nlines", "🙂", "- -", '-"', '"*"', "rowid:1", "aid -", "café*",
]  # fmt: skip


@pytest.fixture(scope="class")
def recorded(made_once):
    article = make_article(text=TEXT, title="What comes after the vote")
    make_prediction(
        article=article,
        title="Aid is stopped",
        statement="The United States withdraws its military aid to Ukraine.",
        outcome="military aid is withdrawn",
        condition="the House votes for H.R. 815",
    )
    make_prediction(article=article, title="Talks begin", statement="Talks on grain begin.", outcome="talks begin")


def titles(text: str) -> list[str]:
    return sorted(one.title for one in search(query=read_query(text)))


class TestWhatIsRecorded:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("withdraws", ["Aid is stopped"]),
            ("WITHDRAWS", ["Aid is stopped"]),
            ("withdraw", []),
            ("withdraw*", ["Aid is stopped"]),
            ("aid", ["Aid is stopped", "What comes after the vote"]),
            ("aid ukraine", ["Aid is stopped"]),
            ("aid -ukraine", ["What comes after the vote"]),
            ('"military aid"', ["Aid is stopped"]),
            ('"aid military"', []),
            ('"military ai"*', []),
            ('-"military aid" aid', ["What comes after the vote"]),
            ("military/aid", ["Aid is stopped"]),
            ("H.R. 815", ["Aid is stopped"]),
            ("h.r.", ["Aid is stopped"]),
            ("cafe", ["What comes after the vote"]),
            ("CAFÉ", ["What comes after the vote"]),
            ("cafe\u0301", ["What comes after the vote"]),
            ("рада", ["What comes after the vote"]),
            ("ВЕРХОВНАЯ РАДА", ["What comes after the vote"]),
            ("принял*", ["What comes after the vote"]),
            ("strassenbau", ["What comes after the vote"]),
            ("begin", ["Talks begin"]),
            ("nothing of this", []),
        ],
    )
    def test_words_are_found_whatever_their_case_and_accents(self, text, found, recorded):
        assert titles(text) == found

    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_text_is_an_error_of_the_database(self, text, recorded):
        try:
            query = read_query(text)
        except NotAQuery:
            return

        assert isinstance(search(query=query), list)
        assert matching(Prediction.objects.all(), query=query, kind="prediction").count() >= 0

    def test_a_word_in_the_title_comes_before_one_in_the_text(self, recorded):
        make_prediction(title="Something else", statement="Nobody talks about grain or talks.", outcome="silence")

        assert [one.title for one in search(query=read_query("talks"))] == ["Talks begin", "Something else"]

    def test_kinds_can_be_chosen(self, recorded):
        assert [one.kind for one in search(query=read_query("aid"), kinds=["article"])] == ["article"]

    def test_pages_follow_each_other_without_gaps(self, recorded):
        for number in range(7):
            make_prediction(title=f"Rain {number}", statement=f"It rains, {number}.", outcome="rain")
        query = read_query("rain")

        pages = [one.title for offset in (0, 3, 6) for one in search(query=query, offset=offset, limit=3)]

        assert sorted(pages) == [f"Rain {number}" for number in range(7)]

    def test_what_is_rolled_back_is_not_found(self, recorded):
        with transaction.atomic():
            make_prediction(title="Given up", statement="Zebras rule.", outcome="zebras")
            transaction.set_rollback(True)

        assert titles("zebras") == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Give at least one word"),
        ("  ?! ", "Give at least one word"),
        ("-aid", "Give at least one word"),
        ("a*", "“a\\*” is too short: give 2 letters"),
        ("x" * 201, "This has 201 characters; search with 200 at most"),
        ("a " * 21, "too many words; search for 20 at most"),
    ],
)
def test_what_cannot_be_searched_for_is_told(text, message):
    with pytest.raises(NotAQuery, match=message):
        read_query(text)


def test_a_superseded_article_is_not_found():
    first = make_article(text="An old text.")
    again = make_article(canonical_url="https://example.org/second", text="An old text, corrected.")
    Article.objects.bulk_create([_correction_of(first)])

    assert [one.row.pk for one in search(query=read_query("old text"))] == [again.pk]


def _correction_of(first: Article) -> Article:
    fields = {
        name: getattr(first, name) for name in ("title", "canonical_url", "outlet", "published_at", "recorded_at")
    }
    return Article(supersedes=first, text="Another.", **fields)


def test_a_snippet_shows_the_words_in_their_surroundings():
    text = f"{'So it goes on. ' * 20}Then Café Hugo closed, {'and so on and on ' * 20}"

    pieces = snippet(["", text], query=read_query("cafe clos*"))

    assert [piece.text for piece in pieces if piece.is_match] == ["Café", "closed"]
    assert pieces[0].text == "…"
    assert len("".join(piece.text for piece in pieces)) <= 242


def test_a_snippet_of_what_only_the_title_holds_is_the_beginning():
    assert [piece.text for piece in snippet(["A short text."], query=read_query("other"))] == ["A short text."]


def test_the_longest_text_is_searched_without_an_error():
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [a + b + c + d for a in letters for b in letters for c in letters for d in letters[:12]]
    make_article(text=f"needle {' '.join(words)}"[:1_000_000])

    assert titles("needle aaaa") == ["What comes after the vote"]

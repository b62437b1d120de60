"""Events in the admin as analysts need them: codes, periods, ranges, places, duplicates."""

from datetime import UTC, datetime

import pytest

from forecasts.admin.attributes import RangesField, write_ranges
from forecasts.models import Event, EventMerge
from tests.builders import make_event, make_source, make_world

from .pages import add_page, errors_after, event_input, row_page, step_page

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def world():
    make_world()


def recorded(admin, **given):
    assert errors_after(admin, add_page("event"), event_input(make_source(), **given)) == {}
    return Event.objects.get().versions.get()


def test_a_form_records_a_month_ranges_further_dates_and_a_place(admin):
    version = recorded(
        admin,
        occurred_on="2025-02-01",
        date_precision="MONTH",
        announced_on="2025-01-20",
        effective_on="2025-07-01",
        attributes="stage = called",
        ranges="dead = 10..12..15 people\nusd = -1.5e6..2e6",
        locations="UKR.Kyiv",
        place_name="Kyiv",
        lat="50.45",
        lon="30.52",
    )

    assert (version.precision, version.occurred_until) == ("MONTH", datetime(2025, 3, 1, tzinfo=UTC))
    assert (version.announced_from, version.effective_until) == (
        datetime(2025, 1, 20, tzinfo=UTC),
        datetime(2025, 7, 2, tzinfo=UTC),
    )
    assert version.attributes == {
        "stage": "called",
        "dead": {"low": 10, "best": 12, "high": 15, "unit": "people"},
        "usd": {"low": -1.5e6, "high": 2e6},
    }
    assert version.place == {"name": "Kyiv", "lat": 50.45, "lon": 30.52}


def test_a_correction_that_touches_nothing_of_it_keeps_all_of_it(admin):
    first = recorded(
        admin, occurred_on="2025-02-01", date_precision="MONTH", effective_on="2025-07-01", place_name="Kyiv",
        ranges="dead = 10..12..15 people",
    )  # fmt: skip
    form = admin.get(step_page(first.event, "correct")).context["adminform"].form
    given = {name: form.initial.get(name) for name in form.fields} | {"title": "Less aid", "reason": "It was half."}

    page = step_page(first.event, "correct")
    assert errors_after(admin, page, {name: value for name, value in given.items() if value is not None}) == {}

    second = first.event.versions.latest("version")
    same = ("precision", "occurred_from", "occurred_until", "effective_from", "effective_until", "attributes", "place")
    assert second.title == "Less aid"
    assert [getattr(second, name) for name in same] == [getattr(first, name) for name in same]


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        ({"action_code": "72"}, "action_code", "Near it: 072 (Provide military aid)."),
        ({"modes": "areal"}, "modes", "“areal” is no PLOVER mode. Near it: aerial"),
        ({"contexts": "militar"}, "contexts", "“militar” is no PLOVER context. Near it: military"),
        ({"locations": "Ukraine"}, "locations", "“Ukraine” is no country"),
        ({"occurred_on": "0025-02-03"}, "occurred_on", "The year 25 is before 1900: is a digit missing?"),
        ({"date_precision": "MONTH"}, "date_precision", "is not the first day of a month: give 2025-02-01"),
        ({"date_precision": "MONTH", "occurred_time": "10:00"}, "date_precision", "Give either a period"),
        ({"effective_on": "2250-01-01"}, "effective_on", "more than 50 years away"),
        ({"ranges": "dead = 3..1"}, "ranges", "dead: low ≤ high does not hold: 3, 1."),
        ({"ranges": "dead = many"}, "ranges", "“dead = many” is no range: write name = low..high unit"),
        ({"ranges": "n = 1..2", "attributes": "n = 1"}, "ranges", "n is given among the attributes too."),
        ({"lat": "50"}, "place_name", "Give lat and lon together."),
        ({"attributes": "note = " + "x" * 70_000}, "attributes", "bytes; 65,536 at most."),
    ],
)
def test_what_no_rule_could_use_is_told_beside_its_field(admin, given, field, message):
    errors = errors_after(admin, add_page("event"), event_input(make_source(), **given))

    assert message in errors[field][0]
    assert not Event.objects.exists()


def test_the_form_offers_codes_with_what_they_mean(admin):
    page = admin.get(add_page("event")).text

    assert '<option value="072" label="Provide military aid"></option>' in page
    assert '<option value="aerial" label="ASSAULT: from the air"></option>' in page


@pytest.mark.parametrize("text", ["dead = 1..3", "dead = 1..2..3 people", "usd = -1.5..2.5 usd\nn = 1..2"])
def test_ranges_are_written_as_they_are_read(text):
    assert write_ranges(RangesField().clean(text)) == text


def test_a_possible_duplicate_is_shown_merged_and_brought_back(admin, editor):
    kept = make_event(external_id="1").event
    again = make_event(external_id="1", source=make_source(slug="agency", name="Agency"), title="Aid goes out").event
    assert [one.event_id for one in admin.get(row_page(again)).context["duplicates"]] == [kept.pk]
    form = admin.get(step_page(again, "merge")).context["adminform"].form
    assert list(form.datalists()["duplicates"]) == [str(kept.pk)]

    assert errors_after(admin, step_page(again, "merge"), {"kept": str(kept.pk), "reason": "One act."}) == {}

    merge = EventMerge.objects.get()
    assert (merge.kept, merge.merged, merge.actor) == (kept, again, editor)
    assert "that one counts in its place" in admin.get(row_page(again)).text
    assert [one.event_id for one in admin.get(row_page(kept)).context["page"].absorbed] == [again.pk]
    assert admin.get(step_page(again, "merge")).status_code == 404
    assert errors_after(admin, step_page(again, "unmerge"), {"reason": "Two acts."}) == {}
    assert EventMerge.objects.standing().count() == 0
    assert "by itself again" in admin.get(row_page(again)).text


def test_a_merge_into_nothing_is_refused(admin):
    event = make_event().event

    errors = errors_after(admin, step_page(event, "merge"), {"kept": "not an id", "reason": "One act."})
    assert errors["kept"] == ["Enter a valid UUID."]
    errors = errors_after(admin, step_page(event, "merge"), {"kept": str(event.pk), "reason": "One act."})
    assert errors["kept"] == ["An event cannot be merged into itself."]


def test_the_page_of_an_event_with_many_merges_asks_no_more(admin, django_assert_max_num_queries):
    kept = make_event(external_id="1").event
    for number in range(4):
        again = make_event(external_id=f"again-{number}", title=f"Again {number}").event
        errors_after(admin, step_page(again, "merge"), {"kept": str(kept.pk), "reason": "One act."})

    with django_assert_max_num_queries(28):
        admin.get(row_page(kept))


def test_an_event_without_an_id_of_its_own_is_called_by_what_happened(admin):
    name = "The United States sends military aid, 2025-02-03"
    added = admin.post(add_page("event"), event_input(make_source()), follow=True).content.decode()
    event = Event.objects.get()

    assert event.external_id.startswith("sha256:")
    for page in (added, *(admin.get(step_page(event, step)).content.decode() for step in ("correct", "evidence"))):
        head = page.split('<div class="breadcrumbs">')[1].split("</div>")[0]
        assert "sha256:" not in head
        assert name in head
    message = added.split('class="messagelist"')[1].split("</ul>")[0]
    assert name in message
    assert "sha256:" not in message
    assert "sha256:" not in admin.get("/admin/").content.decode()

"""
The examples of the OpenAPI document: every operation, asked in turn to record and to read the demonstration.

`python -m pytest tests/api/test_examples.py --keep-examples` keeps them anew in forecasts/api/examples.json.
"""

import csv
import json
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.utils import timezone

from forecasts.ledger.canonical import canonical
from forecasts.ledger.seals import Seal
from forecasts.services.settlement import settle_prediction

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "forecasts" / "api" / "examples.json"
DATA = ROOT / "forecasts" / "data" / "demo"
HERE, THERE = "http://testserver/", "http://localhost:8000/"
UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBERED = re.compile(r"(?<=/)(scores|observations)/(\d+)/")
# What no two runs have alike, by what stands for it.
FLEETING = (
    (re.compile(r"cursor=[A-Za-z0-9_-]+"), "cursor=WyIiLCIyMDI2LTA5LTAxIl0"),
    (re.compile(r"since=\d+-\d+-\d+"), "since=1-812-97"),
    (re.compile(r"whsec_[A-Za-z0-9+/=_-]+"), "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
    (re.compile(r'"noted_at": "[^"]+"'), '"noted_at": "2026-09-01T09:00:00Z"'),
)
MOST_LINES = 3


def read(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


ARTICLE, WORLD = read("article.json"), read("events.json")
CLAIMS = {claim["external_id"]: claim for claim in ARTICLE["predictions"]}
EVENTS = {event["external_id"]: event for event in WORLD["events"]}


def claim_of(key: str) -> dict[str, Any]:
    """A prediction of the demonstration as a program sends it."""
    given = {name: value for name, value in CLAIMS[key].items() if name != "external_id"}
    return {**given, "article": "$article"}


def content_of(version: dict[str, Any]) -> dict[str, Any]:
    """What is known about an event of the demonstration, as a program sends it."""
    own = {name: value for name, value in version.items() if name not in ("tier", "known_on", "reason", "status")}
    return {**own, "known_at": f"{version['known_on']}T00:00:00Z"}


def event_of(key: str) -> dict[str, Any]:
    event = EVENTS[key]
    return {
        "source": WORLD["source"]["slug"],
        "external_id": key,
        **content_of(event["versions"][0]),
        "evidence": event["evidence"][:1],
    }


def observations() -> list[dict[str, Any]]:
    rows = csv.DictReader(StringIO((DATA / "kiel_usa_military.csv").read_text(encoding="utf-8")))
    fixed = {"source": WORLD["source"]["slug"], "series": "KIEL:USA.military.eur_bn", "unit": "billion EUR"}
    released = {"released_at": "2026-08-04T00:00:00Z"}
    return [{**fixed, "valid_on": row["month"], "value": row["eur_bn"], **released} for row in rows]


def source() -> dict[str, Any]:
    own = {name: value for name, value in WORLD["source"].items() if name not in ("complete_to", "settlement_lag_days")}
    return {**own, "settlement_lag_seconds": WORLD["source"]["settlement_lag_days"] * 86_400}


def article() -> dict[str, Any]:
    own = {name: value for name, value in ARTICLE["article"].items() if name != "published_on"}
    return {**own, "published_at": f"{ARTICLE['article']['published_on']}T00:00:00Z"}


def records() -> Iterator[tuple[str, str, Any, str]]:
    """Operation, address, body and what its id is called; the first of an operation is its example."""
    yield "sources_create", "sources/", source(), ""
    other = {"slug": "follow-up-by-hand", "name": "Follow-up by hand", "group": "by-hand"}
    yield "sources_bulk_create", "bulk/sources/", [source(), source() | other], ""
    first, *others = sorted(WORLD["entities"], key=lambda one: (not one["path"].startswith("USA"), one["path"]))
    yield "entities_create", "entities/", first, ""
    yield "entities_bulk_create", "bulk/entities/", others[:2], ""
    for entity in others[2:]:
        yield "entities_create", "entities/", entity, ""
    edge = WORLD["memberships"][0]
    yield "entities_memberships_create", f"entities/{edge['member']}/memberships/", {"group": edge["group"]}, ""
    yield "memberships_bulk_create", "bulk/memberships/", WORLD["memberships"][-2:], ""
    first, *others = WORLD["milestones"]
    yield "milestones_create", "milestones/", first, ""
    yield "milestones_bulk_create", "bulk/milestones/", others, ""
    first, *others = ARTICLE["forecasters"]
    yield "forecasters_create", "forecasters/", first, ""
    yield "forecasters_bulk_create", "bulk/forecasters/", others, ""
    first, *others = ARTICLE["topics"]
    yield "topics_create", "topics/", first, ""
    yield "topics_bulk_create", "bulk/topics/", others, ""
    yield "articles_create", "articles/", article(), "article"
    corrected = article() | {"note": "The day of publication is taken from the copy."}
    yield "articles_corrections_create", "articles/$article/corrections/", corrected, ""
    print_edition = article() | {"canonical_url": "https://www.other-news.info/print/a-harris-presidency"}
    yield "articles_bulk_create", "bulk/articles/", [print_edition, article()], "printed"
    body = {"article": "$printed", **print_edition, "note": "The text is that of the print edition."}
    yield "article_corrections_bulk_create", "bulk/article-corrections/", [body], ""
    yield "lexicons_create", "lexicons/", lexicon(), ""
    yield "lexicons_bulk_create", "bulk/lexicons/", [lexicon() | {"code": "house-2027"}], ""
    yield "rules_check_create", "rules/check/", checked(), ""
    yield "predictions_create", "predictions/", claim_of("P01"), "prediction"
    yield "predictions_bulk_create", "bulk/predictions/", [claim_of("P09")], "judged"
    yield "rules_create", "rules/", {"prediction": "$prediction", **later_rule()}, ""
    readings = [
        {"prediction": "$prediction", **later_rule(), "name": name} for name in ("at any time", "sooner or later")
    ]
    yield "rules_bulk_create", "bulk/rules/", readings, ""
    yield "forecasts_create", "forecasts/", forecast("0.85"), "forecast"
    yield "forecasts_bulk_create", "bulk/forecasts/", [{**forecast("0.9"), "made_at": "2024-10-20T00:00:00Z"}], ""
    yield "events_create", "events/", event_of("E19"), "event"
    yield "events_bulk_create", "bulk/events/", [event_of("E09"), event_of("E41")], "eased"
    yield "events_evidence_create", "events/$event/evidence/", EVENTS["E19"]["evidence"][1], ""
    again = {"event": "$eased", "citation": "Reported by the agencies on the same day."}
    yield "evidence_bulk_create", "bulk/evidence/", [again], ""
    correction = EVENTS["E19"]["versions"][1]
    body = {**content_of(correction), "reason": correction["reason"]}
    yield "events_corrections_create", "events/$event/corrections/", body, ""
    noted = {**content_of(EVENTS["E09"]["versions"][0]), "note": "As the agencies reported it."}
    body = {"event": "$eased", **noted, "reason": "The note was missing."}
    yield "corrections_bulk_create", "bulk/corrections/", [body], ""
    again = {"kept": "$event", "reason": "The same guidance, told again."}
    yield "events_merge_create", "events/$eased/merge/", again, ""
    apart = {"reason": "Another decision of another day."}
    yield "events_unmerge_create", "events/$eased/unmerge/", apart, ""
    yield "merges_bulk_create", "bulk/merges/", [{"event": "$eased", **again}], ""
    yield "unmerges_bulk_create", "bulk/unmerges/", [{"event": "$eased", **apart}], ""
    yield "events_retraction_create", "events/$event/retraction/", {"reason": "The waiver came before the freeze."}, ""
    withdrawn = {"event": "$event", "reason": "The freeze itself never came."}
    yield "retractions_bulk_create", "bulk/retractions/", [withdrawn], ""
    first, *others = observations()
    yield "observations_create", "observations/", first, "observation"
    yield "observations_bulk_create", "bulk/observations/", others[:2], ""
    complete = {"complete_to": WORLD["source"]["complete_to"], "note": "Research ended here."}
    yield "sources_coverage_create", f"sources/{WORLD['source']['slug']}/coverage/", complete, ""
    by_hand = {"source": "follow-up-by-hand", **complete}
    yield "coverage_bulk_create", "bulk/coverage/", [by_hand], ""
    hook = {"url": "https://hooks.example/aftercast", "events": ["resolution.final"], "topic": "policy"}
    yield "webhooks_create", "webhooks/", hook, "webhook"
    yield "webhooks_ping_create", "webhooks/$webhook/ping/", None, "delivery"
    yield "webhooks_deliveries_again_create", "webhooks/$webhook/deliveries/$delivery/again/", None, ""
    for name in ("pause", "resume", "secret"):
        yield f"webhooks_{name}_create", f"webhooks/$webhook/{name}/", None, ""


def thought_of(year: int) -> Seal:
    """What somebody thinks of the summit and shows once it is over, with a salt of their own."""
    said = {
        "v": 1,
        "title": f"A truce by the end of {year}",
        "statement": f"A truce in Ukraine is signed before the end of {year}.",
        "outcome": "a truce is signed",
        "topic": "policy",
        "probability": "0.15",
    }
    return Seal(canonical(said).decode(), "5e4a1f0c9b7d2e8836a4c1f00d9e7b52")


THOUGHT, LATER_THOUGHT = thought_of(2026), thought_of(2027)


def sealings() -> Iterator[tuple[str, str, Any, str]]:
    """What is committed to, and then shown."""
    body = {
        "forecaster": "david-hastings-dunn",
        "reveal_by": "2026-12-31T00:00:00Z",
        "about": "Whether there is a truce",
    }
    yield "sealed_create", "sealed/", {**body, "commitment": THOUGHT.commitment}, ""
    yield "sealed_bulk_create", "bulk/sealed/", [{**body, "commitment": LATER_THOUGHT.commitment}], ""
    yield "sealed_reveal", f"sealed/{THOUGHT.commitment}/reveal/", opened(THOUGHT), ""
    later = {"sealed": LATER_THOUGHT.commitment, **opened(LATER_THOUGHT)}
    yield "reveals_bulk_create", "bulk/reveals/", [later], ""


def opened(thought: Seal) -> dict[str, Any]:
    return {"content": json.loads(thought.content), "salt": thought.salt}


def decisions() -> Iterator[tuple[str, str, Any, str]]:
    """What people record of predictions that were settled."""
    yield (
        "predictions_disputes_create",
        "predictions/$prediction/disputes/",
        dispute("Kirby spoke of no change only."),
        "",
    )
    verdict = {"verdict": "YES", "reason": "The ban was first eased on 17 November 2024.", "expected_number": 2}
    yield "predictions_verdicts_create", "predictions/$prediction/verdicts/", verdict, ""
    body = {"prediction": "$prediction", **dispute("Some strikes were permitted in May.")}
    yield "disputes_create", "disputes/", body, "dispute"
    verdict = {"prediction": "$judged", "verdict": "NO", "reason": "Nothing that he said or wrote shows it."}
    yield "verdicts_bulk_create", "bulk/verdicts/", [verdict], ""
    body = {"prediction": "$judged", **dispute("A later interview was not looked at.")}
    yield "disputes_bulk_create", "bulk/disputes/", [body], ""
    again = {"reason": "The permission of May 2024 is to be looked at again."}
    yield "predictions_reopening_create", "predictions/$prediction/reopening/", again, ""
    again = {"prediction": "$judged", "reason": "The interview is to be looked at first."}
    yield "reopenings_bulk_create", "bulk/reopenings/", [again], ""


def dispute(reason: str) -> dict[str, Any]:
    return {"reason": reason}


def forecast(probability: str) -> dict[str, Any]:
    made = {"wording": {"probability": probability}, "made_at": "2024-10-10T00:00:00Z"}
    return {"prediction": "$prediction", "forecaster": "david-hastings-dunn", **made}


def checked() -> dict[str, Any]:
    rule = CLAIMS["P01"]["rules"][0]["rule"]
    return {"rule": rule, "publication": f"{ARTICLE['article']['published_on']}T00:00:00Z"}


def lexicon() -> dict[str, Any]:
    """What readers of a survey take two phrases for."""
    phrases = [
        {
            "phrase": "likely",
            "point": "0.729",
            "low": "0.6",
            "high": "0.85",
            "source": "The median and the middle half.",
        },
        {"phrase": "could", "point": "0.4", "is_hedge": True, "source": "It says that something can happen."},
    ]
    return {"code": "house-2026", "title": "House words", "source": "The newsroom's own survey.", "entries": phrases}


def later_rule() -> dict[str, Any]:
    """The reading that looks on to the inauguration, as a lenient one of its own."""
    strict = CLAIMS["P01"]["rules"][1]
    return {"rule": strict["rule"], "variant": "LENIENT", "name": "at any time", "description": strict["description"]}


# Where each reading is asked about, beside its path; every other list shows its first row.
ASKED = {
    "accuracy": "topic=policy&retrospective=true",
    "accuracy_calls_csv": "topic=policy",
    "accuracy_cohort": "topic=policy",
    "accuracy_figures_csv": "topic=policy",
    "accuracy_calls_ndjson": "topic=policy",
    "adjusted_leaderboard": "topic=policy",
    "calendar": "topic=policy",
    "calibration": "topic=policy",
    "compare": "a=david-hastings-dunn&topic=policy",
    "compare_calls_csv": "a=david-hastings-dunn&topic=policy",
    "leaderboard": "topic=policy",
    "leaderboard_csv": "topic=policy",
    "events_list": "page_size=1&include=source,resolutions",
    "predictions_history": "page_size=2",
    "predictions_list": "topic=policy&page_size=1",
    "rules_list": "prediction=$prediction&page_size=1",
    "scores_list": "rule=BRIER&page_size=1",
    "search": "q=long-range+strik*&kind=prediction&page_size=1",
}
PLACES = {
    "slug": "david-hastings-dunn", "code": "default_v1", "path": "USA.GOV.STATE", "key": "us.election.2024",
    "suffix": "ndjson", "prediction_id": "$prediction", "resolution_id": "$resolution",
    "commitment": THOUGHT.commitment, "number": "$delivery",
}  # fmt: skip
OWN_PLACES = {
    "articles": "$article", "disputes": "$dispute", "evaluations": "$evaluation", "events": "$eased",
    "forecasts": "$forecast", "observations": "$observation", "predictions": "$prediction", "resolutions": "$resolution",
    "rules": "$rule", "scores": "$score", "webhooks": "$webhook",
}  # fmt: skip
OTHER_PLACES = {
    "sources_retrieve": {"slug": WORLD["source"]["slug"]},
    "topics_retrieve": {"path": "policy/longrange-strikes-russia"},
    "problem": {"slug": "already-recorded"},
}
# No two ledgers are alike: each commitment has a salt of its own. docs/ledger.md walks through them.
SALTED = {"ledger", "ledger_entries", "ledger_consistency", "ledger_receipt"}
JUDGED = ("predictions_judgements_list",)


class Session:
    """One program that records the demonstration, reads it, and notes what it is answered."""

    def __init__(self, program: Any, *, travel: Any, document: dict[str, Any]) -> None:
        self._program, self._travel = program, travel
        self._operations = {
            operation["operationId"]: (path.removeprefix("/api/v1/"), operation)
            for path, operations in document["paths"].items()
            for operation in operations.values()
        }
        self._known: dict[str, str] = {}
        self.examples: dict[str, dict[str, Any]] = {}

    def run(self) -> dict[str, dict[str, Any]]:
        """The example of every operation, with names in place of what no two runs have alike."""
        for step in records():
            self.send(*step)
        self._judge()
        self._settle("prediction", "judged")
        for step in decisions():
            self.send(*step)
        self._settle("prediction")
        for step in sealings():
            self.send(*step)
        self._import()
        self._find()
        for name, (path, operation) in self._operations.items():
            if name not in self.examples and name not in SALTED:
                self.ask(name, path, operation)
        return alike(self.examples)

    def send(self, name: str, path: str, body: Any, called: str) -> None:
        """Record something, in the words of the demonstration."""
        path, body = self._filled(path), json.loads(self._filled(json.dumps(body)))
        answer = self._answered(self._program.post(path, body if body is not None else ""), path=path)
        if called:
            self._known[called] = str(answer["results"][0]["id"] if "results" in answer else answer["id"])
        self._note(name, path=path, request=body, answer=answer)

    def ask(self, name: str, path: str, operation: dict[str, Any]) -> None:
        """Read something."""
        place, query = self.address_of(name, path, operation)
        answer = self._answered(self._program.get(f"{place}?{query}" if query else place), path=place)
        self._note(name, path=place, query=query, answer=shortened(answer, name=name))

    def address_of(self, name: str, path: str, operation: dict[str, Any]) -> tuple[str, str]:
        """Where something is read, and the query."""
        resource = path.partition("/")[0]
        places = PLACES | {"id": OWN_PLACES.get(resource, "")} | OTHER_PLACES.get(name, {})
        if name in JUDGED:
            places["id"] = "$judged"
        pages = any(one.get("name") == "page_size" for one in operation.get("parameters", ()))
        query = self._filled(ASKED.get(name, "page_size=1" if pages else ""))
        return self._filled(path.format(**places)), query

    def _judge(self) -> None:
        question = self._program.get(self._filled("predictions/$judged/judgements/")).json()[0]
        self._known["rule"] = question["rule_version"]
        body = {
            "rule_version_id": question["rule_version"],
            "path": question["path"],
            "answer": "NO",
            "reason": "No statement of his says that he believed it.",
        }
        self.send("predictions_judgements_create", "predictions/$judged/judgements/", body, "")
        again = {"prediction": "$judged", **body, "reason": "No statement or interview of his says so."}
        self.send("judgements_bulk_create", "bulk/judgements/", [again], "")

    def _settle(self, *names: str) -> None:
        for name in names:
            self._travel.shift(timedelta(days=8))
            settle_prediction(prediction_id=uuid.UUID(self._known[name]), now=timezone.now())

    def _import(self) -> None:
        lines = ["external_id,title,event_type,occurred_on,actors,url"]
        event = EVENTS["E05"]
        version = event["versions"][0]
        cells = ["E05", version["title"], version["event_type"], version["occurred_on"], ";".join(version["actors"])]
        out = StringIO()
        csv.writer(out, lineterminator="\n").writerow([*cells, event["evidence"][0]["url"]])
        self._send_file(
            "import_events", f"imports/events/?source={WORLD['source']['slug']}", f"{lines[0]}\n{out.getvalue()}"
        )
        games = "date,team1,team2,prob1,prob1_outcome,prob2,prob2_outcome\n2018-09-06,PHI,ATL,0.5816,1,0.4184,0\n"
        self._send_file("import_forecasts", "imports/forecasts/?topic=sport/nfl", games)

    def _send_file(self, name: str, path: str, text: str) -> None:
        answer = self._program.client.post(f"/api/v1/{path}", text, content_type="text/csv")
        place, _, query = path.partition("?")
        self._note(name, path=place, query=query, request=text, answer=self._answered(answer, path=path))

    def _find(self) -> None:
        for called, path in {
            "resolution": "resolutions/?prediction=$prediction&current=true",
            "evaluation": "evaluations/?prediction=$prediction",
            "score": "scores/?prediction=$prediction",
            "rule": "rules/?prediction=$prediction",
        }.items():
            self._known[called] = str(self._program.get(self._filled(path)).json()["results"][0]["id"])

    def _filled(self, text: str) -> str:
        for name, value in sorted(self._known.items(), reverse=True):
            text = text.replace(f"${name}", value)
        return text

    def _answered(self, response: Any, *, path: str) -> Any:
        self._travel.shift(timedelta(minutes=1))
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert response.status_code in (200, 201), (path, content.decode())
        self._check_place(response, path=path)
        self._status = response.status_code
        is_json = response.headers["Content-Type"].endswith("json") and "ndjson" not in response.headers["Content-Type"]
        return json.loads(content) if is_json else content.decode()

    def _check_place(self, response: Any, *, path: str) -> None:
        """What is recorded can be read where the answer says that it is."""
        place = response.headers.get("Location", "").removeprefix(f"{HERE}api/v1/")
        assert bool(place) == (response.status_code == 201), path
        assert not place or self._program.get(place).status_code == 200, (path, place)

    def _note(self, name: str, *, path: str, answer: Any, query: str = "", request: Any = None) -> None:
        template, _ = self._operations[name]
        named = re.sub(r"\{(\w+)\}", r"(?P<\1>.+?)", re.escape(template).replace(r"\{", "{").replace(r"\}", "}"))
        found = re.fullmatch(named, path)
        parameters = {
            **(found.groupdict() if found else {}),
            **dict(part.split("=") for part in query.split("&") if part),
        }
        noted = {"parameters": parameters, "request": request, "status": self._status, "answer": answer}
        self.examples.setdefault(name, {key: value for key, value in noted.items() if value not in (None, {})})


def shortened(answer: Any, *, name: str) -> Any:
    """The beginning of an answer that is long whatever is asked."""
    if isinstance(answer, str):
        lines = answer.splitlines(keepends=True)
        return answer if name == "calendar" else "".join(lines[:MOST_LINES])
    if name == "rule_schema":
        return {key: answer[key] for key in ("title", "type", "required") if key in answer}
    return answer[:2] if isinstance(answer, list) else answer


def alike(examples: dict[str, Any]) -> dict[str, Any]:
    """The examples as every run has them: ids by the order in which they come."""
    text = json.dumps(examples, ensure_ascii=False).replace(HERE, THERE)
    for fleeting, stand_in in FLEETING:
        text = fleeting.sub(stand_in, text)
    keys: dict[str, str] = {}
    text = UUID.sub(lambda found: keys.setdefault(found[0], str(uuid.uuid5(uuid.NAMESPACE_URL, str(len(keys))))), text)
    numbers: dict[tuple[str, str], int] = {}

    def number(found: re.Match[str]) -> str:
        return f"{found[1]}/{numbers.setdefault((found[1], found[2]), len(numbers) + 1)}/"

    return _numbered(json.loads(NUMBERED.sub(number, text)), {})


def _numbered(value: Any, numbers: dict[int, int]) -> Any:
    if isinstance(value, dict):
        return {
            key: numbers.setdefault(part, len(numbers) + 1)
            if key == "id" and isinstance(part, int)
            else _numbered(part, numbers)
            for key, part in value.items()
        }
    return [_numbered(part, numbers) for part in value] if isinstance(value, list) else value

"""A batch job: every article is paid for once and has one outcome, whatever happens on the way."""

from __future__ import annotations

import copy
import itertools
import json
import subprocess
import sys
import traceback
import tracemalloc
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

import pytest

import guarantee_summarizer as gs
from guarantee_summarizer.batch.job import Batch, BatchJob
from guarantee_summarizer.batch.provider import BatchApi
from guarantee_summarizer.batch.store import BatchStore, Outbox
from guarantee_summarizer.corpus.ledger import Ledger
from guarantee_summarizer.corpus.records import Entry
from guarantee_summarizer.corpus.results import Failure
from guarantee_summarizer.testing import Reply
from guarantee_summarizer.testing.batches import Fault, ScriptedBatches
from tests.corpus.conftest import ANSWER, KEY, number, text

TEXTS = [text(n) for n in range(5)]
BUSY = Reply(status=503, body="{}", headers={"Retry-After": "0"})
HTML = Reply(body="<p>Hello", headers={"Content-Type": "text/html"})
LOST = Reply(drop=True, body="{}")


def right(line: dict) -> Reply:
    """The right answer to every article."""
    return Reply(answer=copy.deepcopy(ANSWER))


def other(**replies: Reply):
    """Right answers, but for the articles named `n3` and the like."""
    return lambda line: replies.get(f"n{number(line['body'])}") or right(line)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runs.ledger"


@pytest.fixture
def serve(path: Path):
    """Start a server, and make jobs that use it and one ledger."""
    opened: list = []

    def serving(answer=right, **script):
        server = ScriptedBatches(answer, **script)
        opened.append(server.__enter__())
        return server

    yield serving
    for server in opened:
        server.__exit__(None, None, None)


@pytest.fixture
def start(path: Path):
    """Make a job as a new process would: with a summarizer and a ledger of its own."""
    opened: list = []

    def starting(server: ScriptedBatches, *, options=None, **limits) -> BatchJob:
        options = {"review": False, **(options or {})}
        works = gs.Summarizer("m", base_url=server.url, api_key=KEY, **options)
        ledger = Ledger(path)
        opened.extend([works, ledger])
        return BatchJob(works, ledger, **{"sleep": lambda _: None, **limits})

    yield starting
    for thing in opened:
        thing.close()


def numbers(outcomes) -> list[int]:
    """The articles that were summarized, sorted."""
    found = [o for o in outcomes if isinstance(o, gs.Summary)]
    return sorted(int(o.article.sentences[-1].text.split()[3]) for o in found)


def failures(outcomes) -> dict[int, gs.GuaranteeSummarizerError]:
    """The errors by article."""
    found = [o for o in outcomes if isinstance(o, Failure)]
    return {int(o.article.sentences[-1].text.split()[3]): o.error for o in found}


def others(path: Path) -> list[str]:
    """What lies beside the ledger and its log."""
    return [p.name for p in path.parent.iterdir() if not p.name.startswith(path.name)]


def finish(job: BatchJob) -> list:
    job.wait()
    return list(job.collect())


def test_from_articles_to_summaries(serve, start, path):
    server = serve()
    job = start(server)
    submission = job.submit(TEXTS)
    assert (submission.sent, submission.pending, submission.done) == (5, 0, 0)
    assert [batch.state for batch in submission.batches] == ["validating"]
    states = [job.refresh()[0].state for _ in range(4)]
    assert states == ["in_progress", "finalizing", "completed", "completed"]
    outcomes = list(job.collect())
    assert numbers(outcomes) == [0, 1, 2, 3, 4]
    assert all(o.usage.input_tokens == 100 and o.provenance.model == "m" for o in outcomes)
    assert Ledger(path).counts() == (5, 0)
    (batch,) = job.refresh()
    assert (batch.collected, batch.total, batch.done, batch.failed) == (True, 5, 5, 0)


def test_nothing_lies_beside_the_ledger_at_any_step(serve, start, path):
    job = start(serve())

    def articles():
        for article in TEXTS:
            assert others(path) == []
            yield article

    job.submit(articles())
    assert others(path) == []
    job.wait()
    for _ in job.collect():
        assert others(path) == []


def test_a_line_is_the_summarizers_own_request_under_its_own_key(serve, start):
    server = serve()
    job = start(server)
    article = gs.Article.from_text(TEXTS[0], published="2026-01-06")
    job.submit([article])
    (line,) = server.batches["batch_0"].lines
    with gs.Summarizer("m", base_url=server.url, api_key=KEY, review=False) as works:
        assert line["custom_id"] == works.key(article)
        assert line["body"] == works.request(article)
    assert (line["method"], line["url"]) == ("POST", "/v1/chat/completions")


def test_a_summary_is_the_same_as_a_live_one(serve, start, endpoint):
    given = gs.Article.from_text(TEXTS[2], title="Report", outlet="Harbour Post")
    job = start(serve())
    job.submit([given])
    (batched,) = finish(job)
    with gs.Summarizer("m", base_url=endpoint.url, api_key=KEY, review=False) as works:
        live = works.summarize(given)
    plain = {"provenance": None, "usage": None}
    assert batched.replace(**plain) == live.replace(**plain)


def test_files_hold_so_many_requests_and_bytes_and_no_more(serve, start):
    server = serve()
    job = start(server, max_requests=2)
    assert job.submit(TEXTS).sent == 5
    assert [len(batch.lines) for batch in server.batches.values()] == [2, 2, 1]
    size = max(map(len, server.files.values())) // 2
    job = start(server, max_bytes=3 * size + 30)
    assert job.submit([text(n) for n in range(10, 17)]).sent == 7
    assert [len(batch.lines) for batch in server.batches.values()][3:] == [3, 3, 1]
    assert max(map(len, server.files.values())) <= 3 * size + 30
    assert len(finish(job)) == 12


def test_a_request_larger_than_a_file_may_be_is_handed_back(serve, start):
    submission = start(serve(), max_bytes=500).submit(TEXTS[:1])
    assert submission.sent == 0
    assert "split it" in str(submission.failures[0])


def test_what_is_done_or_under_way_is_not_sent_again(serve, start):
    server = serve()
    assert start(server).submit([*TEXTS, TEXTS[0]]).pending == 1
    again = start(server).submit([*TEXTS, text(9)])  # a second process
    assert (again.sent, again.pending, again.done) == (1, 5, 0)
    assert len(finish(start(server))) == 6
    last = start(server).submit(TEXTS)
    assert (last.sent, last.pending, last.done) == (0, 0, 5)
    assert set(server.paid.values()) == {1}


def test_what_cannot_be_read_is_handed_back_and_costs_nothing(serve, start):
    server = serve()
    unreadable = Failure("news.jsonl, line 7", gs.ArticleError("news.jsonl, line 7: no JSON"))
    submission = start(server).submit([TEXTS[0], "", unreadable, 7, {"text": TEXTS[1]}])
    assert submission.sent == 2
    sources = [failure.source for failure in submission.failures]
    assert sources == ["article 2", "news.jsonl, line 7", "article 4"]
    assert server.paid.total() == 2


def test_nothing_to_send_asks_nobody(serve, start, path):
    server = serve()
    job = start(server)
    assert job.submit([]).batches == ()
    assert job.wait() == []
    assert list(job.collect()) == []
    assert server.routes == []
    assert Ledger(path).runs() == []


def test_every_article_has_one_outcome_whatever_the_lines_are(serve, start, path):
    refused = json.dumps({"error": {"message": "too long", "code": "context_length_exceeded"}})
    stray = json.dumps({"custom_id": "stranger", "response": {"status_code": 200, "body": {}}})
    answer = other(
        n1=Reply(body='{"custom_id": '),
        n2=Reply(refusal="I cannot help."),
        n3=Reply(status=400, body=refused),
        n4=Reply(drop=True),
        n5=Reply(body=stray),
        n6=Reply(status=429, body=refused),
        n7=Reply(answer="what?"),
        n8=Reply(body="[" * 100_000),
        n9=Reply(answer=ANSWER, finish="length"),
    )
    job = start(serve(answer))
    job.submit(text(n) for n in range(10))
    outcomes = finish(job)
    assert len(outcomes) == 10
    assert numbers(outcomes) == [0, 9]
    told = failures(outcomes)
    kinds = {n: type(error) for n, error in told.items()}
    assert kinds == {
        1: gs.TransportError,
        2: gs.RefusalError,
        3: gs.BadRequestError,
        4: gs.TransportError,
        5: gs.TransportError,
        6: gs.RateLimitError,
        7: gs.InvalidAnswerError,
        8: gs.TransportError,
    }
    assert "the provider returned nothing for it" in str(told[4])
    assert "too long" in str(told[3])
    notes = " ".join(job.refresh()[0].notes)
    assert "'stranger' was never sent" in notes
    assert notes.count("cannot be read") == 2
    entries = list(Ledger(path).entries(status="failed"))
    assert sorted(gs.Article.from_dict(json.loads(e.record)).text for e in entries) == sorted(
        text(n) for n in range(1, 9)
    )
    assert {e.error: e.usage.input_tokens for e in entries}["RefusalError"] == 100


EMPTY = {"id": "x", "object": "chat.completion", "created": 0, "model": "m", "choices": []}


@pytest.mark.parametrize("review", [False, True])
def test_an_answer_without_choices_costs_its_article_alone(serve, start, review):
    def answer(line):
        reply = right(line)
        if number(line["body"]) != 1:
            return reply
        response = {"status_code": 200, "body": EMPTY}
        return Reply(body=json.dumps({"custom_id": line["custom_id"], "response": response}))

    job = start(serve(answer), options={"review": review})
    job.submit(TEXTS[:3])
    outcomes = finish(job) if not review else list(job.results(poll=0.0))
    assert numbers(outcomes) == [0, 2]
    assert type(failures(outcomes)[1]) is gs.InvalidAnswerError


@pytest.mark.parametrize(
    ("error", "body", "kind"),
    [
        (None, {"error": {"message": "no", "type": "invalid_request_error"}}, gs.BadRequestError),
        (None, {"error": "no"}, gs.BadRequestError),
        ({"code": "server_error", "message": "no"}, None, gs.TransportError),
        ({"code": "batch_expired", "message": "no"}, None, gs.ModelTimeoutError),
        ("no", {}, gs.BadRequestError),
        (None, {"choices": "no"}, gs.InvalidAnswerError),
        (None, None, gs.InvalidAnswerError),
    ],
)
def test_an_error_is_seen_wherever_it_stands(serve, start, error, body, kind):
    def answer(line):
        response = body if body is None else {"status_code": 200, "body": body}
        row = {"custom_id": line["custom_id"], "response": response, "error": error}
        return Reply(body=json.dumps(row))

    job = start(serve(answer))
    job.submit(TEXTS[:1])
    (failure,) = finish(job)
    assert type(failure.error) is kind
    assert "no" in str(failure.error)


def test_an_article_that_is_answered_twice_counts_once(serve, start, path):
    def answer(line):
        body = {"status_code": 400, "body": {"error": {"message": "no"}}}
        row = json.dumps({"custom_id": line["custom_id"], "response": body})
        return Reply(body=f"{row}\n{row}\n\n")

    job = start(serve(answer))
    job.submit(TEXTS[:2])
    assert len(finish(job)) == 2
    assert Ledger(path).runs()[0].failed == 2
    assert len(job.refresh()[0].notes) == 2


def test_an_expired_batch_leaves_what_was_answered_and_the_rest_can_be_sent_again(serve, start):
    server = serve(ends="expired", finished=2)
    job = start(server)
    job.submit(TEXTS)
    outcomes = finish(job)
    assert numbers(outcomes) == [0, 1]
    told = failures(outcomes)
    assert set(told) == {2, 3, 4}
    assert {type(error) for error in told.values()} == {gs.ModelTimeoutError}
    assert "batch_expired" in str(told[2])
    server.ends = "completed"
    again = job.submit(TEXTS)
    assert (again.sent, again.done) == (3, 2)
    assert numbers(finish(job)) == [2, 3, 4]


def test_a_cancelled_batch_leaves_what_was_answered(serve, start):
    server = serve(finished=2)
    job = start(server)
    job.submit(TEXTS)
    assert [batch.state for batch in job.cancel()] == ["cancelling"]
    outcomes = finish(job)
    assert numbers(outcomes) == [0, 1]
    assert all("batch_cancelled" in str(error) for error in failures(outcomes).values())
    assert job.cancel() == []


def test_a_batch_that_has_ended_is_left_as_it_is(serve, start):
    job = start(serve())
    job.submit(TEXTS)
    job.wait()
    assert [batch.state for batch in job.cancel()] == ["completed"]
    assert len(list(job.collect())) == 5


@pytest.mark.parametrize(
    ("problem", "kinds", "says"),
    [
        ({"code": "token_limit_exceeded", "line": None}, [gs.RateLimitError] * 2, "try later"),
        ({"code": "invalid_json", "line": 2}, [gs.BadRequestError] * 2, "line 2"),
    ],
)
def test_a_file_that_is_refused_fails_all_its_articles(serve, start, problem, kinds, says):
    server = serve(ends="failed", problem={"message": "try later", **problem})
    job = start(server)
    job.submit(TEXTS[:2])
    (batch,) = job.wait()
    assert (batch.state, batch.running) == ("failed", False)
    assert "try later" in batch.notes[0]
    told = failures(job.collect())
    assert [type(error) for _, error in sorted(told.items())] == kinds
    assert says in str(told[0])
    assert "try later" in str(told[1])
    assert job.submit(TEXTS[:2]).sent == 2


def test_a_file_of_answers_that_is_gone_is_told_and_not_waited_for(serve, start):
    server = serve()
    job = start(server)
    job.submit(TEXTS[:2])
    job.wait()
    del server.files[server.batches["batch_0"].output]
    assert set(failures(job.collect())) == {0, 1}
    assert "is gone" in job.refresh()[0].notes[0]


ROUTES = ["POST /files", "POST /batches", "GET /batches/", "GET /content"]


@pytest.mark.parametrize("reply", [BUSY, LOST])
@pytest.mark.parametrize("done", [True, False])
@pytest.mark.parametrize("route", ROUTES)
def test_faults_on_the_way_are_tried_again_and_nothing_is_paid_twice(
    serve, start, route, reply, done
):
    server = serve(faults=[Fault(route=route, reply=reply, done=done)] * 2)
    job = start(server)
    job.submit(TEXTS)
    assert numbers(finish(job)) == [0, 1, 2, 3, 4]
    assert len(server.faults) <= (route == "POST /batches" and done)
    assert len(server.batches) == 1
    assert set(server.paid.values()) == {1}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, gs.AuthenticationError), (400, gs.BadRequestError), (503, gs.TransportError)],
)
def test_faults_that_stay_are_the_librarys_errors_and_never_show_the_key(
    serve, start, route, status, kind, path
):
    body = json.dumps({"error": {"message": f"you sent {KEY}"}})
    reply = Reply(status=status, body=body, headers={"Retry-After": "0"})
    server = serve(faults=[Fault(route=route, reply=reply)] * 2)
    job = start(server, options={"attempts": 2})
    with pytest.raises(kind) as caught:  # noqa: PT012
        job.submit(TEXTS)
        for _ in range(3):
            job.refresh()
        list(job.collect())
    assert KEY not in "".join(traceback.format_exception(caught.value))
    server.faults.clear()
    job.submit(TEXTS)  # goes on
    assert numbers(finish(job)) == [0, 1, 2, 3, 4]
    assert set(server.paid.values()) == {1}
    assert KEY.encode() not in b"".join(p.read_bytes() for p in path.parent.rglob("*.*"))


def test_no_key_is_kept_even_if_the_provider_repeats_it(serve, start, path):
    echo = json.dumps({"error": {"message": f"you sent {KEY}", "code": "odd"}})
    answer = other(n0=Reply(status=400, body=echo))
    server = serve(answer, ends="expired", finished=1)
    job = start(server)
    job.submit(TEXTS)
    kept = [p.read_bytes() for p in path.parent.rglob("*") if p.is_file()]
    assert "***" in str(failures(finish(job))[0])
    kept += [p.read_bytes() for p in path.parent.rglob("*") if p.is_file()]
    assert KEY.encode() not in b"".join(kept)


@pytest.mark.parametrize("reply", [Reply(status=404, body="{}"), Reply(body="{}"), HTML])
@pytest.mark.parametrize("route", ["POST /files", "POST /batches"])
def test_an_endpoint_without_batches_says_so(serve, start, route, reply):
    server = serve(faults=[Fault(route=route, reply=reply)])
    with pytest.raises(gs.ModelError, match=r"offers? OpenAI's Batch API"):
        start(server).submit(TEXTS)


def test_waiting_looks_ever_less_often_and_bears_an_outage(serve, start):
    pauses = []
    faults = [Fault(route="GET /batches/", reply=BUSY)] * 3
    server = serve(faults=faults)
    job = start(server, options={"attempts": 1}, sleep=pauses.append)
    job.submit(TEXTS)
    assert job.wait(poll=100)[0].state == "completed"
    assert pauses == [100, 150, 225, 337.5, 506.25]
    server.faults = faults * 10
    with pytest.raises(gs.TransportError):
        job.wait()
    assert pauses[-9:][0] == 30
    assert max(pauses) <= 600


def test_a_collection_that_is_broken_off_is_handed_out_anew_and_counted_once(serve, start, path):
    job = start(serve(other(n0=Reply(refusal="no"))))
    job.submit(TEXTS)
    job.wait()
    first = list(itertools.islice(job.collect(), 3))
    assert Ledger(path).counts() in {(3, 0), (2, 1)}
    outcomes = list(job.collect())
    assert numbers(outcomes) == [1, 2, 3, 4]
    assert type(failures(outcomes)[0]) is gs.RefusalError
    assert {o.article.id for o in first} <= {getattr(o.article, "id", None) for o in outcomes}
    (run,) = Ledger(path).runs()
    assert (run.done, run.failed, run.usage.input_tokens) == (4, 1, 500)
    assert list(job.collect()) == []


def test_what_failed_in_a_batch_can_be_done_again_with_the_settings_of_its_run(serve, start, path):
    server = serve(other(n0=Reply(refusal="no")))
    job = start(server)
    job.submit(TEXTS[:1])
    finish(job)
    (run,) = Ledger(path).runs()
    with gs.Summarizer(**run.settings_at(server.url), api_key=KEY) as works:
        assert works.key(gs.Article.of(TEXTS[0])) == next(Ledger(path).entries()).key


def test_a_live_run_in_between_is_kept(serve, start, path):
    job = start(serve(other(n0=Reply(refusal="no"))))
    job.submit(TEXTS[:1])
    with gs.Summarizer("m", api_key=KEY) as works, Ledger(path) as ledger:
        key = works.key(gs.Article.of(TEXTS[0]))
        run = ledger.begin({})
        made = {"key": key, "article": "a", "source": "s", "run": run}
        ledger.record(Entry(**made, status="done", summary='{"relevant":true}'))
    finish(job)
    assert Ledger(path).get(key).run == run


def test_only_one_process_submits_at_a_time(serve, start):
    server = serve()
    job = start(server)

    def articles():
        with pytest.raises(gs.LedgerError, match="another thread or process runs"):
            start(server).submit(TEXTS)
        yield TEXTS[0]

    assert job.submit(articles()).sent == 1
    job.wait()
    for _ in job.collect():
        assert job.submit(TEXTS).pending >= 0  # that is another work
        with pytest.raises(gs.LedgerError, match="another thread or process runs"):
            next(start(server).collect())


def test_an_input_that_breaks_leaves_what_was_sent_and_takes_no_other_article(serve, start):
    def articles():
        yield from TEXTS
        raise OSError

    server = serve()
    job = start(server, max_requests=2)
    with pytest.raises(OSError):  # noqa: PT011
        job.submit(articles())
    assert server.paid.total() == 4
    assert job.submit(TEXTS).sent == 1
    assert len(finish(job)) == 5


def test_batches_of_other_settings_are_shown_and_left_alone(serve, start):
    server = serve()
    job, strict = start(server), start(server, options={"strict": True})
    job.submit(TEXTS[:1])
    (batch,) = strict.wait()
    assert batch.state == "elsewhere"
    assert "collect it with those" in batch.notes[0]
    assert list(strict.collect()) == []
    assert strict.cancel() == []
    assert strict.submit(TEXTS[:1]).sent == 1
    assert len(finish(strict)) == 1
    assert len(finish(job)) == 1


def test_strict_counts_as_in_live_calls(serve, start):
    bad = {**ANSWER, "participants": [*ANSWER["participants"], {"name": "Nobody"}]}
    job = start(serve(lambda _: Reply(answer=bad)), options={"strict": True})
    job.submit(TEXTS[:1])
    assert type(failures(finish(job))[0]) is gs.UnsupportedError


def test_what_has_no_endpoint_for_batches_is_refused(tmp_path):
    instructor, openai = pytest.importorskip("instructor"), pytest.importorskip("openai")
    client = instructor.from_openai(openai.OpenAI(api_key=KEY))
    with pytest.raises(gs.ConfigurationError, match="give the summarizer base_url="):
        BatchJob(gs.Summarizer("m", client=client), tmp_path / "l")
    with pytest.raises(gs.ConfigurationError, match="name a model"):
        BatchJob(gs.Summarizer(), tmp_path / "l")
    with pytest.raises(gs.ConfigurationError, match="above 0"):
        BatchJob(gs.Summarizer("m", api_key=KEY), tmp_path / "l", max_requests=0)
    client.client.close()


@pytest.mark.slow
def test_memory_holds_keys_and_no_articles(path):
    """10 MB of articles pass through with less than 2 MB in memory, both ways."""

    class Requests:
        settings = {"model": "m"}  # noqa: RUF012
        options = gs.Options(review=False)

        def key(self, article):
            return article.source

        def request(self, article):
            return {"messages": [article.text]}

    articles = (gs.Article(text=f"{n} " * 20_000, source=str(n)) for n in range(200))
    with Ledger(path) as ledger, TemporaryFile() as file:
        outbox = Outbox(Requests(), ledger, maker="m", api=BatchApi, most=(150, 10**8))
        ledger.counts()
        tracemalloc.start()
        parts = list(outbox.parts(articles))
        for part in parts:
            outbox.write(part, file)
        assert BatchStore(ledger).article("149").text.startswith("149 149 ")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert file.tell() > 10_000_000
    assert [part.total for part in parts] == [150, 50]
    assert peak < 2_000_000


class Killed(BaseException):
    """The process dies."""


class Fuse:
    """Dies before or after the call whose turn it is, and does nothing any more."""

    def __init__(self, turn: int) -> None:
        self.turn = turn
        self.calls = 0

    def guard(self, owner: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(owner, name)

        def guarded(*args, **kwargs):
            self.burn()
            answer = real(*args, **kwargs)
            self.burn()
            return answer

        monkeypatch.setattr(owner, name, guarded)

    def burn(self) -> None:
        self.calls += 1
        if self.calls >= self.turn:
            raise Killed


class FusedLedger(Ledger):
    """Dies before or after it writes."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        super().__init__(path)
        self.fuse = fuse

    @contextmanager
    def transaction(self):
        self.fuse.burn()
        with super().transaction() as connection:
            yield connection
        self.fuse.burn()


PROVIDER = ("upload", "create", "retrieve", "download")


def run_until_killed(works, path: Path, turn: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Submit, wait and collect; True if it died on the way."""
    fuse = Fuse(turn)
    job = BatchJob(works, FusedLedger(path, fuse), max_requests=2, sleep=lambda _: None)
    with monkeypatch.context() as patched:
        for name in PROVIDER:
            fuse.guard(BatchApi, name, patched)
        try:
            job.submit(TEXTS[:3])
            finish(job)
        except Killed:
            return True
    return False


@pytest.mark.slow
def test_a_crash_at_any_step_costs_nothing(serve, tmp_path, monkeypatch):
    """Every article is paid once and recorded once, wherever the process died."""
    server = serve(other(n1=Reply(refusal="no")))
    with gs.Summarizer("m", base_url=server.url, api_key=KEY, review=False) as works:
        for turn in itertools.count(1):
            server.paid.clear()
            path = tmp_path / f"{turn}" / "runs.ledger"
            path.parent.mkdir()
            died = run_until_killed(works, path, turn, monkeypatch)
            with Ledger(path) as ledger:
                job = BatchJob(works, ledger, max_requests=2, sleep=lambda _: None)
                job.submit(TEXTS[:3:2] if ledger.counts().failed else TEXTS[:3])
                finish(job)
                assert all(batch.collected for batch in job.refresh()), turn
                assert Counter(server.paid.values()) == {1: 3}, turn
                assert ledger.counts() == (2, 1), turn
                runs = ledger.runs()
            costs = [(run.done, run.failed, run.usage.input_tokens) for run in runs]
            assert tuple(map(sum, zip(*costs, strict=True))) == (2, 1, 300), turn
            assert others(path) == [], turn
            if not died:
                break
    assert turn > 40


@pytest.mark.slow
def test_a_killed_process_holds_up_nobody(serve, start, path):
    server = serve()
    code = (
        "import os, sys, guarantee_summarizer as gs\n"
        "from guarantee_summarizer.batch.provider import BatchApi\n"
        "works = gs.Summarizer('m', base_url=sys.argv[2], api_key='k', review=False)\n"
        "job = gs.BatchJob(works, sys.argv[1])\n"
        "real = BatchApi.create\n"
        "BatchApi.create = lambda *a, **k: (real(*a, **k), os._exit(7))\n"
        "job.submit([sys.argv[3]])"
    )
    command = [sys.executable, "-c", code, str(path), server.url, TEXTS[0]]
    assert subprocess.run(command, check=False).returncode == 7
    job = start(server)
    assert [batch.state for batch in job.refresh()] == ["planned"]
    assert job.wait()[0].state == "planned"
    submission = job.submit(TEXTS[:1])
    assert (submission.sent, submission.pending) == (0, 1)
    assert [batch.id for batch in submission.batches] == ["batch_0"]
    assert server.paid.total() == 1
    assert numbers(finish(job)) == [0]


@pytest.mark.parametrize("created", [True, False])
def test_cancelling_what_was_broken_off_pays_nothing_more(serve, start, monkeypatch, created):
    server = serve()
    job = start(server)
    with monkeypatch.context() as patched:
        fuse = Fuse(2 if created else 1)
        fuse.guard(BatchApi, "create", patched)
        with pytest.raises(Killed):
            job.submit(TEXTS[:2])
    job = start(server)
    (batch,) = job.cancel()
    assert batch.state == ("cancelling" if created else "cancelled")
    told = failures(finish(job))
    assert set(told) == {0, 1}
    assert all("cancelled" in str(error) for error in told.values())
    assert len(server.batches) == created


def test_a_batch_is_found_among_many(serve, start, monkeypatch):
    server = serve()
    job = start(server, max_requests=1)
    with monkeypatch.context() as patched:
        Fuse(2).guard(BatchApi, "create", patched)
        with pytest.raises(Killed):
            job.submit(TEXTS[:1])
    for other_batch in range(5):
        body = {"input_file_id": "file-0", "metadata": {"part": str(other_batch)}}
        server.handle("POST", "/v1/batches", json.dumps(body).encode(), "application/json")
    (batch,) = start(server).submit().batches
    assert batch.id == "batch_0"


def test_a_batch_says_whether_it_is_running():
    states = {"validating", "in_progress", "finalizing", "cancelling", "queued"}
    ended = {"planned", "elsewhere", "completed", "failed", "expired", "cancelled"}
    running = {s for s in states | ended if Batch(part="p", id="b", state=s, total=1).running}
    assert running == states


# --- a second reader

HOLDS = {"verdicts": []}
DOUBT = {"verdicts": [{"claim": 1, "field": "", "verdict": "imprecise", "reason": "too firm"}]}


def reviewing(review=HOLDS, **replies: Reply):
    """Right answers, and a review of each; `replies` are those to the reviews of some articles."""

    def answer(line: dict) -> Reply:
        if line["body"]["tools"][0]["function"]["name"] != "Review":
            return right(line)
        return replies.get(f"n{number(line['body'])}") or Reply(answer=review)

    return answer


REVIEW = {"review": True}


def test_answers_are_reviewed_in_a_second_batch(serve, start, path):
    server = serve(reviewing(DOUBT))
    job = start(server, options=REVIEW)
    job.submit(TEXTS)
    assert finish(job) == []
    first, second = job.refresh()
    assert (first.collected, first.done, first.review) == (True, 0, False)
    assert "5 answers were sent to the reviewer" in first.notes
    assert (second.state, second.total, second.review) == ("in_progress", 5, True)
    assert Ledger(path).counts() == (0, 0)
    outcomes = finish(job)
    assert numbers(outcomes) == [0, 1, 2, 3, 4]
    for summary in outcomes:
        assert summary.provenance.review == "done"
        assert [finding.code for finding in summary.findings] == ["review_imprecise"]
        assert (summary.usage.input_tokens, summary.usage.attempts) == (200, 2)
    assert Ledger(path).counts() == (5, 0)
    assert all(paid == 2 for paid in server.paid.values())


def test_results_come_without_a_thought_for_the_second_batch(serve, start):
    job = start(serve(reviewing()), options=REVIEW)
    job.submit(TEXTS)
    assert numbers(job.results()) == [0, 1, 2, 3, 4]
    assert list(job.results()) == []


def test_a_review_that_fails_costs_no_summary(serve, start):
    failing = reviewing(
        n0=Reply(status=400, body="{}"), n1=Reply(drop=True), n2=Reply(answer="what?")
    )
    job = start(serve(failing), options=REVIEW)
    job.submit(TEXTS)
    outcomes = list(job.results())
    assert numbers(outcomes) == [0, 1, 2, 3, 4]
    reviews = Counter(o.provenance.review.split(" ")[0] for o in outcomes)
    assert reviews == {"failed": 3, "done": 2}


def test_what_is_not_reviewed_comes_with_the_first_batch(serve, start):
    irrelevant = {"relevant": False, "headline": "Nothing.", "abstract": "It is about nothing."}

    def answer(line: dict) -> Reply:
        return Reply(answer=irrelevant) if number(line["body"]) == 3 else reviewing()(line)

    job = start(serve(answer), options=REVIEW)
    job.submit(TEXTS)
    (summary,) = finish(job)
    assert not summary.relevant
    assert numbers(finish(job)) == [0, 1, 2, 4]


def test_articles_under_review_are_pending_and_a_cancelled_review_leaves_the_answers(serve, start):
    job = start(serve(reviewing()), options=REVIEW)
    job.submit(TEXTS)
    finish(job)
    assert job.submit(TEXTS).pending == 5
    job.cancel()
    outcomes = finish(job)
    assert numbers(outcomes) == [0, 1, 2, 3, 4]
    assert all(o.provenance.review.startswith("failed") for o in outcomes)


def test_a_collection_that_is_broken_off_reviews_every_answer_once(serve, start, monkeypatch):
    server = serve(reviewing())
    job = start(server, options=REVIEW)
    job.submit(TEXTS)
    job.wait()
    real, moves = BatchStore.move, []

    def moving(self, *moved):
        if len(moves) == 2:
            raise KeyboardInterrupt
        moves.append(moved)
        real(self, *moved)

    monkeypatch.setattr(BatchStore, "move", moving)
    with pytest.raises(KeyboardInterrupt):
        list(job.collect())
    monkeypatch.setattr(BatchStore, "move", real)
    again = start(server, options=REVIEW)
    again.submit()  # sends nothing that is not whole
    assert numbers(again.results()) == [0, 1, 2, 3, 4]
    assert all(paid == 2 for paid in server.paid.values())
    assert "never sent" not in str(again.refresh())


def test_a_reader_at_another_endpoint_is_refused(serve, start):
    reader = gs.Endpoint(model="r", base_url="http://127.0.0.1:1/v1")
    with pytest.raises(gs.ConfigurationError, match="set review= to the name of a model there"):
        start(serve(), options={"review": reader})

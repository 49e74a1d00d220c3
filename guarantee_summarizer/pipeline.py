"""Turn an article and a model's answers into a summary: read, enrich, verify, re-ask, withhold.

    extract (no model) ──────────────┐
    prompt -> answer -> read_answer ─┴─> enrich -> verify -> finish: withhold, omissions, strict
         ^                                   │
         └────── re-ask the rejected claims ─┘

There is no I/O here. A conversation with a model is a generator that yields requests and receives
completions; `llm.client` and `batch` drive it, tests with plain values.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from guarantee_summarizer._version import __version__
from guarantee_summarizer.article import Article
from guarantee_summarizer.drafts import Draft, Growing
from guarantee_summarizer.enrich import enrich
from guarantee_summarizer.errors import (
    ConfigurationError,
    InvalidAnswerError,
    ModelError,
    RefusalError,
    TransportError,
    TruncatedError,
    UnsupportedError,
)
from guarantee_summarizer.lexicon import Cues, Lexicon
from guarantee_summarizer.llm.answers import ANSWER, Answer, read_answer
from guarantee_summarizer.llm.messages import Account, Completion, Request
from guarantee_summarizer.llm.repair import (
    RejectedClaim,
    read_repairs,
    rejected_claims,
    relevant_sentences,
    repair_model,
    repaired,
    unrepaired,
)
from guarantee_summarizer.llm.review import Review, read_review, recorded_claims
from guarantee_summarizer.options import Endpoint, Options
from guarantee_summarizer.schema import Finding, Provenance, Summary, Usage
from guarantee_summarizer.verify import verify, withhold

if TYPE_CHECKING:  # loads jinja2, which only a model needs, or the extractor
    from guarantee_summarizer.embedded import Reader
    from guarantee_summarizer.prompts import Prompt, PromptBook

__all__ = ["Pipeline"]

_CUT_OFF = "the model reached its output limit; allow it more, or split the article"
_BEFORE = "; this is the answer before it"
_TITLES = 3  # claims that make up a headline or an abstract
_SHOWN = 120  # characters of an answer that a message quotes


_NOTHING = Draft(Summary.model_construct(relevant=False), readable=False)


@dataclass(frozen=True)
class Pipeline:
    """Carry out the steps between an article and its summary, for one configuration.

    Args:
        options: language, strictness, omissions (`coverage`).
        lexicon: the known actors.
        cues: the cue words of the embedded extractor.
        endpoint: the model; None for the embedded extractor.
        book: the prompt templates; None without a model.
        parser: the spaCy pipeline of the embedded extractor, or its name; None for the default.
    """

    options: Options
    lexicon: Lexicon
    cues: Cues
    endpoint: Endpoint | None = None
    book: PromptBook | None = None
    parser: Any = None

    def extract(self, article: Article) -> Draft:
        """Draft a summary with the embedded extractor.

        Raises:
            ArticleError: the article is not in English.
            PipelineError: there is no pipeline that can parse English.
        """
        from guarantee_summarizer.embedded import extract  # noqa: PLC0415  (only without a model)

        claims = extract(article, reader=self._reader, judge=self.options.relevance)
        return self._verified(claims, article)

    @property
    def _reader(self) -> Reader:
        """The tables and the pipeline of the embedded extractor."""
        from guarantee_summarizer.embedded import Reader  # noqa: PLC0415

        return Reader(self.lexicon, self.cues, self.parser)

    def conversation(
        self, article: Article, account: Account
    ) -> Generator[Request, Completion, Draft]:
        """Request a summary, a review, and repairs of unsupported claims.

        Ends early when the budget of `account` is used up. The driver may throw a `ModelError` in
        place of a completion: if there is a draft by then, it is returned with a note.

        Raises:
            RefusalError: the model declined.
            AnswerError: none of its answers is usable.
        """
        prompt = self._book.prompt(article, language=self.options.language)
        draft = yield from self._answered(prompt, article, account)
        if self.options.review and draft.summary.relevant:
            if draft.over or account.spent:
                why = "the budget is spent" if account.spent else "the answer is incomplete"
                return replace(draft, review=f"skipped ({why})")
            draft = yield from self._reviewed(draft, prompt)
        while draft.flaws and not (draft.over or account.spent):
            rejected = rejected_claims(draft.summary, draft.findings)
            if not rejected:
                break
            better = yield from self._repaired(draft, rejected, article)
            if better.flaws >= draft.flaws:  # the same request would have the same answer
                return better
            draft = better
        return draft

    def answer_and_review(
        self, article: Article, account: Account
    ) -> Generator[Request, Completion, Draft]:
        """Request a summary and a review without re-asks, as batches do."""
        prompt = self._book.prompt(article, language=self.options.language)
        draft = yield from self._answered(prompt, article, account)
        if self.options.review and draft.summary.relevant and draft.summary.complete:
            draft = yield from self._reviewed(draft, prompt)
        return draft

    def _answered(
        self, prompt: Prompt, article: Article, account: Account
    ) -> Generator[Request, Completion, Draft]:
        """Return the first answer without problems, else the best one."""
        best, request = _NOTHING, Request(prompt.messages, ANSWER)
        while True:
            try:
                completion = yield request
            except ModelError as error:
                if best.readable:
                    return best.ending(f"a re-ask failed ({_cause(error)}){_BEFORE}")
                raise
            if completion.refusal:
                if best.readable:
                    return best.ending(f"the model declined a re-ask{_BEFORE}")
                message = f"{self._where}: the model declined: {_short(completion.refusal)}"
                raise RefusalError(message, attempts=account.usage.attempts)
            draft = self._read(completion, article)
            best = draft if draft.flaws <= best.flaws else best
            cut_off = completion.finish == "length"  # it would decline again
            stopped = account.spent or cut_off or completion.finish == "broken"
            if stopped and not best.readable:
                raise self._unusable(completion, account)
            if stopped:
                return best.ending(_CUT_OFF if cut_off else completion.lost or "")
            if not best.problems:
                return best
            request = Request(self._book.again(prompt, best.problems), ANSWER)

    def _reviewed(self, draft: Draft, prompt: Prompt) -> Generator[Request, Completion, Draft]:
        """Return the draft with the reviewer's findings; if the review fails, the same draft."""
        claims = recorded_claims(draft.summary)
        messages = self._book.review(prompt, claims)
        reader = self.endpoint and self.options.reviewer(self.endpoint)
        try:
            completion = yield Request(messages, Review, endpoint=reader)
            findings, review = read_review(completion, claims)
        except (ModelError, ValueError) as error:
            return replace(draft, review=f"failed ({_cause(error)})")
        return replace(
            draft,
            findings=(*draft.findings, *findings),
            review=review,
            reviewer=completion.model or (reader.model if reader else None),
        )

    def _repaired(
        self, best: Draft, rejected: tuple[RejectedClaim, ...], article: Article
    ) -> Generator[Request, Completion, Draft]:
        """Return the draft with the rejected claims rewritten by the model, if that is better."""
        messages = self._book.repair(
            rejected,
            sentences=relevant_sentences(rejected, article),
            names=[participant.name for participant in best.summary.participants],
            language=self.options.language,
            marker=article.id,
        )
        try:
            completion = yield Request(messages, repair_model(rejected))
        except ModelError as error:
            return best.ending(f"a re-ask failed ({_cause(error)}){_BEFORE}")
        if completion.refusal:
            return best.ending(f"the model declined a re-ask{_BEFORE}")
        repairs = read_repairs(completion, rejected)
        if repairs is None:  # the model sent a full answer instead
            if best.reviewer:  # nobody would review it
                return replace(best, over=True)
            draft = replace(self._read(completion, article), review=best.review)
        else:
            claims = repaired(best.summary, rejected, repairs, article)
            draft = replace(self._verified(claims, article), model=completion.model)
            kept = unrepaired(best.findings, rejected, before=best.summary, after=draft.summary)
            findings = (*draft.findings, *kept)
            draft = replace(draft, findings=findings, review=best.review, reviewer=best.reviewer)
        better = draft if draft.flaws <= best.flaws else best
        return replace(better, over=better.over or completion.finish in ("length", "broken"))

    def partial(self, answer: Answer, article: Article) -> Draft:
        """Draft a summary from the complete part of an answer that is still streamed."""
        return self.growing(article).draft(answer)

    def growing(self, article: Article) -> Growing:
        """Return what drafts summaries from the parts of one answer as it comes in."""
        return Growing(article, self.lexicon, self._examples)

    def finish(self, draft: Draft, article: Article, usage: Usage) -> Summary:
        """Withhold unsupported claims, and add provenance, usage and omissions.

        Raises:
            TruncatedError: `strict`, and the summary is incomplete.
            UnsupportedError: `strict`, and claims were withheld.
        """
        provenance = Provenance(
            backend="llm" if self.endpoint else "embedded",
            model=draft.model or (self.endpoint and self.endpoint.model),
            prompt=self.book and self.book.fingerprint,
            review=draft.review,
            reviewer=draft.reviewer,
            library_version=__version__,
            created=datetime.now(UTC),
        )
        summary = withhold(draft.summary, draft.findings).replace(
            provenance=provenance, usage=usage
        )
        if draft.partial:
            return summary
        summary = _worded(summary)
        if self.options.coverage and article.english:
            findings = (*summary.findings, *self._omissions(summary, article))
            summary = summary.replace(findings=findings)
        if self.options.strict:
            _raise_if_flawed(summary, article.source)
        return summary

    def _verified(self, claims: Summary, article: Article) -> Draft:
        """Enrich and verify claims."""
        summary = enrich(claims, article, self.lexicon)
        findings = verify(summary, article, lexicon=self.lexicon, examples=self._examples)
        return Draft(summary, findings)

    @property
    def _examples(self) -> tuple[Mapping[str, Any], ...]:
        return tuple(self.book.examples) if self.book else ()

    def _read(self, completion: Completion, article: Article) -> Draft:
        """Read and verify a complete answer."""
        parsed = read_answer(completion.read(ANSWER), article)
        if parsed.empty:
            return replace(_NOTHING, problems=parsed.problems)
        draft = self._verified(parsed.summary, article)
        return replace(draft, problems=parsed.problems, model=completion.model)

    def _omissions(self, summary: Summary, article: Article) -> tuple[Finding, ...]:
        from guarantee_summarizer.embedded.omissions import passed_over  # noqa: PLC0415

        return passed_over(summary, article, self._reader)

    @property
    def _book(self) -> PromptBook:
        if self.book is None:
            raise ConfigurationError("the embedded extractor sends no requests; name a model")
        return self.book

    @property
    def _where(self) -> str:
        return self.endpoint.address if self.endpoint else "the embedded extractor"

    def _unusable(self, completion: Completion, account: Account) -> ModelError:
        """Return the error to raise if no answer is usable."""
        attempts, text = account.usage.attempts, completion.text
        if completion.finish == "length":
            message = f"{self._where}: the answer was cut off before its first complete item"
            return TruncatedError(message, attempts=attempts, answer=text)
        if completion.lost:
            message = f"{self._where}: {completion.lost}, before its first complete item"
            return TransportError(message, attempts=attempts, answer=text)
        reason = f"no answer fitted the schema in {attempts} attempts; last: {_short(text)}"
        return InvalidAnswerError(f"{self._where}: {reason}", attempts=attempts, answer=text)


def _raise_if_flawed(summary: Summary, source: str) -> None:
    """Raise if the summary is incomplete or has withheld claims."""
    attempts = summary.usage.attempts if summary.usage else 0
    if summary.incomplete:
        message = f"{source}: the answer is incomplete: {summary.incomplete[0]}"
        raise TruncatedError(message, attempts=attempts, summary=summary)
    if summary.withheld:
        first = summary.withheld[0]
        message = (
            f"{source}: {len(summary.withheld)} claims are not supported, "
            f"the first: {first.path}: {first.findings[0].message}"
        )
        raise UnsupportedError(message, attempts=attempts, summary=summary)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return repr(line[:_SHOWN] + ("…" if len(line) > _SHOWN else ""))


def _cause(error: Exception) -> str:
    return type(error.__cause__ or error).__name__


def _worded(summary: Summary) -> Summary:
    """Return the summary; a withheld headline or abstract is replaced by one made from claims."""
    withheld = {entry.path for entry in summary.withheld}
    if "headline" in withheld:
        titles = (
            [proposal.title for proposal in summary.proposals]
            or [dispute.issue for dispute in summary.disputes]
            or [event.what.rstrip(".") for event in summary.events]
        )
        summary = summary.replace(headline=f"{'; '.join(titles[:_TITLES])}." if titles else "")
    if "abstract" in withheld:
        said = [proposal.description for proposal in summary.proposals]
        said = [*dict.fromkeys(filter(None, said))] or [event.what for event in summary.events]
        summary = summary.replace(abstract=" ".join(said[:_TITLES]))
    return summary

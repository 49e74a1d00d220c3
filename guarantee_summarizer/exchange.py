"""Write requests that something else sends, a batch for instance, and read what it received."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.drafts import Draft
from guarantee_summarizer.errors import ModelError
from guarantee_summarizer.llm.messages import Account, Completion, Request
from guarantee_summarizer.options import Options
from guarantee_summarizer.pipeline import Pipeline
from guarantee_summarizer.schema import Summary

if TYPE_CHECKING:  # loads openai and instructor, which only a model needs
    from guarantee_summarizer.llm.client import ModelClient

__all__ = ["Exchange"]


class Exchange:
    """Write requests and read responses without sending anything.

    Args:
        pipeline: begins and ends the conversations.
        client: knows the form of requests and responses.
        options: the budget.
    """

    def __init__(self, pipeline: Pipeline, client: ModelClient, options: Options) -> None:
        self._pipeline, self._client, self._options = pipeline, client, options

    def request(self, article: Article) -> dict[str, Any]:
        """Return the body of the first request, in chat-completions form."""
        request = next(self._pipeline.conversation(article, Account(self._options)))
        return self._client.body(request)

    def review_request(self, article: Article, completion: Any) -> dict[str, Any] | None:
        """Return the body of the request for a review, or None; see `Summarizer.review_request`."""
        account = Account(replace(self._options, attempts=1))
        conversation = self._pipeline.answer_and_review(article, account)
        next(conversation)
        try:
            return self._client.body(self._resumed(conversation, completion, article, account))
        except (StopIteration, ModelError):
            return None

    def read(self, article: Article, completion: Any, review: Any) -> Summary:
        """Return the summary from a completion and its review; see `Summarizer.read`."""
        account = Account(replace(self._options, attempts=1))
        with account.charged():
            conversation = self._pipeline.answer_and_review(article, account)
            next(conversation)
            try:
                self._resumed(conversation, completion, article, account)
                review = review or ModelError("nobody reviewed it")
                self._resumed(conversation, review, article, account)
            except StopIteration as ended:
                return self._pipeline.finish(ended.value, article, account.total)
        raise AssertionError("an answer and its review are all that is requested")

    def _resumed(
        self,
        conversation: Generator[Request, Completion, Draft],
        response: Any,
        article: Article,
        account: Account,
    ) -> Request:
        """Send a conversation a response received elsewhere, or what is wrong with it."""
        if isinstance(response, ModelError):
            return conversation.throw(response)
        account.attempt()
        try:
            completion = self._client.received(response, said=article.text)
        except ModelError as error:
            return conversation.throw(error)
        account.add(completion.usage)
        return conversation.send(completion)

"""Verify each claim of a summary with the checks of its section; reuse findings in a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Lexicon, default_lexicon
from guarantee_summarizer.schema import Finding, Participant, Summary
from guarantee_summarizer.verify.checks import CheckFunction, functions_for
from guarantee_summarizer.verify.claims import Claim, claims
from guarantee_summarizer.verify.context import Context
from guarantee_summarizer.verify.exact import claims_are_said_once, layers_keep_their_order
from guarantee_summarizer.verify.passages import Passages

__all__ = ["Verification", "verify"]

_Found = tuple[CheckFunction, tuple[Finding, ...]]
_AMONG_OTHERS = (claims_are_said_once, layers_keep_their_order)
"""Checks that compare claims with each other; they are fast, and run again each time."""


def verify(
    summary: Summary,
    article: Article,
    *,
    lexicon: Lexicon | None = None,
    examples: Iterable[Mapping[str, Any]] = (),
) -> tuple[Finding, ...]:
    """Return the findings about the claims of `summary`; empty if `article` supports all of them.

    Names and words are compared after folding, figures by their exact value. Time is linear in
    the summary and in the article.

    Args:
        summary: claims whose evidence is grounded in `article`.
        article: the source of the claims.
        lexicon: the known actors; the bundled lexicon if None.
        examples: the example answers of the prompt, which no claim may repeat.
    """
    return Verification(article, lexicon, examples).of(summary)


class Verification:
    """Verify successive summaries of one article, such as the growing summaries of a stream.

    The findings of a claim are cached and reused while the claim has the same path, and the
    summary has the same participants and language.

    Args:
        article: the source of the claims.
        lexicon: as in `verify`.
        examples: as in `verify`.
    """

    def __init__(
        self,
        article: Article,
        lexicon: Lexicon | None = None,
        examples: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        self._passages = Passages(article, lexicon or default_lexicon())
        self._examples = tuple(examples)
        self._among: tuple[tuple[Participant, ...], bool] | None = None
        self._known: dict[str, tuple[Any, list[_Found]]] = {}

    def of(self, summary: Summary) -> tuple[Finding, ...]:
        """Return the findings about the claims of `summary`, as `verify` does."""
        context = Context(self._passages, summary, self._examples)
        among = summary.participants, context.english
        if among != self._among:
            self._among, self._known = among, {}
        found = (self._findings(claim, context) for claim in claims(summary))
        return tuple(dict.fromkeys(chain.from_iterable(found)))

    def _findings(self, claim: Claim, context: Context) -> Iterator[Finding]:
        said = claim.item, claim.evidence
        known = self._known.get(claim.path)
        if known is None or known[0] != said:
            found = [
                (function, () if function in _AMONG_OTHERS else (*function(claim, context),))
                for function in functions_for(claim.section)
            ]
            self._known[claim.path] = known = said, found
        for function, findings in known[1]:
            yield from function(claim, context) if function in _AMONG_OTHERS else findings

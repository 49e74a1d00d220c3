"""Claims that rest on words addressed to the reader of the article rather than on news."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.context import Context, error

__all__ = ["INSTRUCTION", "claims_are_not_the_examples", "evidence_is_no_instruction"]

INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|above|previous|prior)\b"
    r"|\b(?:system|developer|assistant|user) ?(?:prompt|message|note|instruction|override)\b|^\W*(?:system|assistant|user|developer) ?:"
    r"|\byou are (?:now )?(?:an? )?(?:\w+ )?(?:ai|assistant|language model|llm|chatbot|model)\b"
    r"|\b(?:language model|llm|ai model|chatbot|summari[sz]er)s?\b.{0,60}\b(?:must|should|shall|please|record|add|write|output|report|include|note)\b"
    r"|\b(?:record|add|insert|output|include|report|write|set|mark|return|respond with|state)\b.{0,60}\b(?:in|to|as|of) (?:the |your )?"
    r"(?:summary|json|answer|output|proposals?|participants?|disputes?|layers?|schema|field|response)\b"
    r"|\bin your (?:summary|answer|output|json|response)\b|\bend of (?:the )?article\b|\bnew instructions?\b"
    r"|\bignoriere\b.{0,40}\banweisung|\bignor(?:ez|e)\b.{0,40}\binstructions\b|\bignora\b.{0,40}\binstrucciones\b"
    r"|ігнору\w+.{0,40}інструкц|игнорир\w+.{0,40}инструкц|忽略.{0,20}(?:指令|说明)"
    r"|<!--|<script|\{\{.*\}\}|\{%.*%\}|\"(?:proposals|participants|relevant|evidence)\" ?:",
    re.IGNORECASE | re.DOTALL,
)
_INVISIBLE = dict.fromkeys(
    (*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, 0xAD)
)  # zero-width characters, direction marks, soft hyphens


def evidence_is_no_instruction(claim: Claim, _: Context) -> Iterator[Finding]:
    """No cited sentence speaks to whoever, or whatever, reads the article."""
    if claim.section in ("text", "participants"):
        return
    for citation in claim.evidence:
        if _instructs(citation.quote):
            message = f"sentence {citation.sentence} gives instructions to its reader"
            yield error("evidence_is_instruction", claim.path, message)
            return


@lru_cache(maxsize=512)
def _instructs(quote: str) -> bool:
    return INSTRUCTION.search(quote.translate(_INVISIBLE)) is not None


def claims_are_not_the_examples(claim: Claim, context: Context) -> Iterator[Finding]:
    """No claim repeats the wording of a worked example of the prompt, unless the article says it."""
    if claim.section in ("text", "participants", "terms"):
        return
    for field, text in claim.folded.items():
        told = field in ("title", "name", "issue") or context.article.folded.holds(text)
        if text in context.example_texts and not told:
            message = f"repeats the prompt's worked example ({field})"
            yield error("copied_from_example", claim.path, message)
            return

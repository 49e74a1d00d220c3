"""Check that no claim comes from instructions, disguised text or the prompt's examples."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator

from guarantee_summarizer.schema import Finding
from guarantee_summarizer.text import fold, hides_text
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.context import Context, error, warning

__all__ = [
    "INSTRUCTION",
    "claims_are_not_the_examples",
    "evidence_hides_nothing",
    "evidence_is_in_the_articles_script",
    "evidence_is_no_instruction",
]

INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules|above|previous|prior)\b"
    r"|\b(?:system|developer|assistant|user) ?(?:prompt|message|note|instruction|override)\b|^\W*(?:system|assistant|user|developer) ?:"
    r"|\byou are (?:now )?(?:an? )?(?:\w+ )?(?:ai|assistant|language model|llm|chatbot|model)\b"
    r"|\b(?:language model|llm|ai model|chatbot|summari[sz]er)s?\b.{0,60}\b(?:must|should|shall|please|record|add|write|output|report|include|note)\b"
    r"|\b(?:record|add|insert|output|include|report|write|set|mark|return|respond with|state)\b.{0,60}\b(?:in|to|as|of) (?:the |your )?"
    r"(?:summary|json|answer|output|proposals?|participants?|disputes?|layers?|schema|field|response)\b"
    r"|\bin your (?:summary|answer|output|json|response)\b|\bend of (?:the )?article\b|\bnew instructions?\b"
    r"|\bignoriere\b.{0,40}\banweisung|\bignor(?:ez|e)\b.{0,40}\binstructions\b|\bignora\b.{0,40}\binstrucciones\b"
    r"|\bignor[ae]\b.{0,40}\b(?:istruzioni|instrucoes)\b|\bzignoruj\b.{0,40}\b(?:polece|instrukc)|\btalimat\w{0,20}.{0,20}\byok say"
    r"|ігнору\w{1,20}.{0,40}інструкц|игнорир\w{1,20}.{0,40}инструкц|忽略.{0,20}(?:指令|指示|说明|說明)|指示.{0,10}無視|تجاهل.{0,40}تعليمات"
    r"|<!--|</?(?:system|assistant|user|instructions?)>|<script|\"(?:proposals|participants|relevant|evidence)\" ?:",
    re.IGNORECASE | re.DOTALL,
)

_TEMPLATES = (("{{", "}}"), ("{%", "%}"))
"""The opening and closing marks of templates."""
_SIGNS = (
    "ignor", "disregard", "forget", "overrid", "system", "developer", "assistant", "user",
    "you are", "language model", "ai model", "llm", "chatbot", "summar", "json", "answer", "output",
    "proposal", "participant", "dispute", "layer", "schema", "field", "response", "in your",
    "end of", "instruction", "talimat", "evidence", "relevant", "<!--", "<script", "{{", "{%",
)  # fmt: skip
"""Every ASCII text that `INSTRUCTION` matches contains one of these; their search is faster."""


def evidence_is_no_instruction(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that no cited sentence gives instructions to its reader, a person or a model."""
    if (number := _first_cited(claim, _instructs, context)) is not None:
        message = f"sentence {number} gives instructions to its reader"
        yield error("evidence_is_instruction", claim.path, message)


def _first_cited(claim: Claim, matches: Callable[[str], bool], context: Context) -> int | None:
    """Return the number of the first cited sentence that matches, or None."""
    if claim.section == "text":
        return None
    for citation in claim.evidence:
        if context.read(matches, citation.quote):
            return citation.sentence
    return None


def _instructs(quote: str) -> bool:
    text = fold(unicodedata.normalize("NFKC", quote))
    if text.isascii() and not any(sign in text for sign in _SIGNS):
        return False  # for nearly all sentences
    return INSTRUCTION.search(text) is not None or any(
        text.find(begins) >= 0 and text.find(ends, text.find(begins) + len(begins)) >= 0
        for begins, ends in _TEMPLATES
    )


def evidence_hides_nothing(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that no cited sentence contains characters or markup that hide words from a person."""
    if (number := _first_cited(claim, hides_text, context)) is not None:
        yield warning("evidence_hides_text", claim.path, f"sentence {number} holds hidden text")


def evidence_is_in_the_articles_script(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that no cited sentence of an English article is in another alphabet.

    A word that mixes letters of two alphabets counts, too.
    """
    number = _first_cited(claim, _is_not_latin, context) if context.article.english else None
    if number is not None:
        message = f"sentence {number} is in another alphabet than the article"
        yield warning("evidence_in_another_script", claim.path, message)


def _is_not_latin(quote: str) -> bool:
    if quote.isascii():
        return False
    if any(map(_is_disguised, re.findall(r"[^\W\d_]{4,}", quote))):
        return True
    letters = [char for char in quote if char.isalpha()]
    latin = [char for char in letters if unicodedata.name(char, "").startswith("LATIN")]
    return 2 * len(latin) < len(letters)


def _is_disguised(word: str) -> bool:
    """Return whether a word mixes similar letters of alphabets: "ignоre" with a Cyrillic "о"."""
    if word.isascii():
        return False
    scripts = {unicodedata.name(char, "").partition(" ")[0] for char in word}
    return "LATIN" in scripts and not scripts.isdisjoint(("CYRILLIC", "GREEK"))


def claims_are_not_the_examples(claim: Claim, context: Context) -> Iterator[Finding]:
    """Check that no claim repeats an example of the prompt, unless the article says the same."""
    if claim.section in ("text", "terms"):
        return
    for field, text in claim.folded.items():
        if field in ("title", "name", "issue") or text not in context.example_texts:
            continue
        if not context.article.folded.holds(text):
            message = f"repeats the prompt's worked example ({field})"
            yield error("copied_from_example", claim.path, message)
            return

"""What a claim copies from the text is compared with the text: exactly, after folding.

No grammar, no similarity, no thresholds: names, figures with their bounds, quotations, places,
conditions and attributions either stand where the claim points, or they do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import snowballstemmer

from guarantee_summarizer.lexicon.persons import surname
from guarantee_summarizer.normalize import Figure, Quantity, figures
from guarantee_summarizer.schema import Finding, Participant
from guarantee_summarizer.text import fold, holds
from guarantee_summarizer.verify.claims import Claim
from guarantee_summarizer.verify.context import Context, error, warning

__all__ = [
    "aliases_are_no_others",
    "citations_exist",
    "claims_are_said_once",
    "designations_occur",
    "events_fit_their_date",
    "figures_occur",
    "layers_keep_their_order",
    "names_and_figures_go_together",
    "names_occur",
    "offices_stand_with_their_holder",
    "participants_occur",
    "quotations_occur",
    "references_resolve",
    "wordings_occur",
    "words_stand_nearby",
]

_QUOTED = re.compile(r'"([^"]+)"|(?<!\w)\'([^\']{3,})\'(?!\w)')
_DESIGNATION = re.compile(r"(?<![\w-])[^\W\d_]{1,4}-?\d+(?!\w|-)")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
_PART = re.compile(r"[^\W\d_]+")  # of a word with a hyphen or an apostrophe, too
_CLAUSE = re.compile(r"[.;:!?]+\s+|, (?:while|but|whereas|which)\b|\n")
_FUNCTION_WORDS = frozenset(
    "a an the this that these those of in on at by to for from with without and or but nor if when while once "
    "after before until unless as than then so such only also not no into onto over under upon about between "
    "within is are was were be been being has have had do does did will would shall should can could may might "
    "must its it their they them his her he she who whom which whose what there here any all each every both "
    "some other first until during through per via against case event s".split()
)
_STEMMER = snowballstemmer.stemmer("english")


@lru_cache(maxsize=32_768)
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


@lru_cache(maxsize=8192)
def _content(text: str) -> frozenset[str]:
    """The stems of the words of a folded text that carry meaning."""
    return frozenset(_stem(word) for word in _PART.findall(text) if word not in _FUNCTION_WORDS)


def citations_exist(claim: Claim, context: Context) -> Iterator[Finding]:
    """Every claim cites at least one sentence, and every citation is a slice of the article."""
    if claim.section in ("text", "participants", "structure"):
        return
    if not claim.evidence:
        yield error("citation_missing", claim.path, "cites no sentence")
    for citation in claim.evidence:
        if context.article.text[citation.start : citation.end] != citation.quote:
            message = f"cites words that the article does not hold: {citation.quote[:60]!r}"
            yield error("citation_quote", claim.path, message)


def participants_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """The name of a participant, and each of its aliases, stands in the article."""
    if claim.section != "participants":
        return
    for form in (claim.item.name, *claim.item.aliases):
        if not context.article.naming(form):
            message = f"the article does not name {form!r}"
            yield error("name_not_in_article", claim.path, message)


def aliases_are_no_others(claim: Claim, context: Context) -> Iterator[Finding]:
    """No alias is, by the lexicon's tables, another actor's name."""
    if claim.section != "participants":
        return
    own = context.lexicon.actor(claim.item.name)
    for i, alias in enumerate(claim.item.aliases):
        other = context.lexicon.actor(alias)
        if own and other and other.name != own.name:
            message = f"{alias!r} is a name of {other.name}, not of {claim.item.name!r}"
            yield error("alias_of_another", f"{claim.path}.aliases[{i}]", message)


def offices_stand_with_their_holder(claim: Claim, context: Context) -> Iterator[Finding]:
    """The title of a person stands in a sentence that names the person, or in the next one.

    The affiliation stands somewhere in the article, in any form that the tables know, and is not
    another state than the tables know of the surname.
    """
    if claim.section != "participants" or claim.item.kind != "person" or not context.english:
        return
    person: Participant = claim.item
    named = context.naming(person.name)
    around = {i + step for i in named for step in (-1, 0, 1)}
    near = [i for i in sorted(around) if 0 <= i < len(context.article.sentences)]
    missing = _content(fold(person.title or "")).difference(*map(_content, context.folded(near)))
    if missing:
        message = f"no sentence beside {person.name!r} holds the title {person.title!r}"
        yield error("office_not_with_name", f"{claim.path}.title", message)
    if person.affiliation and not _affiliated(person, context):
        message = f"the article does not give {person.name!r} to {person.affiliation!r}"
        yield error("office_not_with_name", f"{claim.path}.affiliation", message)


def _affiliated(person: Participant, context: Context) -> bool:
    affiliation = person.affiliation or ""
    actor = context.lexicon.actor(affiliation)
    known = context.lexicon.surnames.get(surname(person.name))
    if actor and actor.kind == "state" and known and context.lexicon.country(known) != actor.code:
        return False
    named = actor is not None and bool(context.mentioned(actor))
    return named or {word for word in fold(affiliation).split() if len(word) > 1} <= context.words


def references_resolve(claim: Claim, context: Context) -> Iterator[Finding]:
    """A reference is the name, or another form, of a participant."""
    for field, name in claim.references.items():
        if context.participant(name) is None:
            yield error("reference_unknown", f"{claim.path}.{field}", f"{name!r} is no participant")


def words_stand_nearby(claim: Claim, context: Context) -> Iterator[Finding]:
    """The words of a place, a condition or an attribution stand in the cited sentences or nearby.

    Those of an attribution stand anywhere: who speaks is often named once, far above.
    """
    if not claim.located or not context.english:
        return
    nearby = context.nearby(claim)
    for field, text in claim.located.items():
        wanted = _content(fold(text)) - _content(fold(context.metadata))
        near = range(len(context.article.sentences)) if field == "attribution" else nearby
        missing = wanted.difference(*map(_content, context.folded(near)))
        words = (word for word in _WORD.findall(fold(text)) if _content(word) & missing)
        for word in (word for word in words if not _named_nearby(word, near, context)):
            message = f"{word!r} ({field}) does not stand in the cited sentences or nearby"
            yield error("words_not_in_evidence", f"{claim.path}.{field}", message)
            break


def _named_nearby(word: str, near: Iterable[int], context: Context) -> bool:
    """Whether a word is an actor's name that the sentences give as another name or an adjective."""
    actor = context.lexicon.actor(word.title()) or context.lexicon.actor(word.upper())
    if actor is None or word in map(fold, actor.metonyms):
        return False
    return not context.mentioned(actor).isdisjoint(near)


def figures_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Every number, sum, date and duration of a claim stands in what it cites, with its bound.

    Spelling may differ (15-year, fifteen years; up to, at most); amount, unit and bound may not:
    "more than 5,000" is neither 5,000 nor up to 5,000. Where the article or the summary is not
    English only digits can be compared, and what is not found is a warning.
    """
    cited: list[Figure] | None = None
    for field, text in (claim.words | claim.located).items():
        for figure in figures(text):
            quantity = figure.quantity
            words = text[quantity.start : quantity.end]
            if quantity.kind == "ordinal" or words.lower() == "two":  # "the two sides" is our own
                continue
            if cited is None:
                cited = context.figures(context.cited(claim))
                if claim.section == "text":
                    cited += figures(context.metadata)
            equal = [other for other in cited if _same(quantity, other.quantity)]
            path = f"{claim.path}.{field}" if field in claim.located else claim.path
            message = f"{words!r} ({field}) does not stand in the cited sentences"
            if equal and not any(_same_bound(figure, other) for other in equal):
                message = f"{words!r} ({field}) has another bound in the cited sentences"
                yield error("bound_not_in_evidence", path, message)
            elif not equal and context.english:
                yield error("figure_not_in_evidence", path, message)
            elif not equal and not _in_digits(words, context.folded(context.cited(claim))):
                message = f"{message}, as far as can be read"
                yield warning("figure_not_checked", path, message)


def _same_bound(stated: Figure, cited: Figure) -> bool:
    """Whether both say the same limit; about, some and nearly are none."""
    return stated.bound.strip("~") == cited.bound.strip("~")


def designations_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Names with digits in them (G7, F-16, Su-57) stand in the article."""
    for field, text in claim.folded.items():
        for match in _DESIGNATION.finditer(text) if _DIGIT.search(text) else ():
            if not context.article.naming(match[0]):
                message = f"{match[0]!r} ({field}) does not stand in the article"
                yield error("figure_not_in_evidence", claim.path, message)


def _in_digits(words: str, cited: Iterable[str]) -> bool:
    """Whether a figure is written in digits that stand in the cited sentences."""
    return bool(_digits(words)) and _digits(words) <= _digits(" ".join(cited))


def _digits(text: str) -> set[str]:
    """The numbers written in digits; what figures in two languages can be compared by."""
    return {run.replace(",", "").replace(".", "") for run in re.findall(r"\d[\d.,]*\d|\d", text)}


def _same(stated: Quantity, cited: Quantity) -> bool:
    if stated.kind == cited.kind:
        return stated.value == cited.value or _within(stated, cited)
    if stated.kind == "year" or cited.kind == "year":
        return _within(stated, cited)
    bare = stated.kind == "count" and cited.kind in ("money", "percent", "distance")
    return bare and stated.number is not None and stated.number == cited.number


def _within(stated: Quantity, cited: Quantity) -> bool:
    """Whether a date says no more than the cited one: 2014 of 2014-03-05, --03-05 of the same."""
    if stated.kind not in ("date", "year") or cited.kind not in ("date", "year"):
        return False
    return cited.value.startswith(f"{stated.value}-") or (
        stated.value.startswith("--") and cited.value.endswith(stated.value[1:])
    )


def quotations_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Words in quotation marks stand in the cited sentences, letter for letter after folding."""
    for field, text in claim.folded.items():
        for match in _QUOTED.finditer(text) if "'" in text or '"' in text else ():
            quoted = " ".join((match[1] or match[2]).split()).strip(" ,.;:!?")
            cited = context.folded(context.cited(claim))
            if quoted and not any(holds(sentence, quoted) for sentence in cited):
                message = f"{quoted!r} ({field}) is not quoted from the cited sentences"
                finding = error if context.english else warning  # a quotation may be translated
                yield finding("quotation_not_in_evidence", claim.path, message)


def wordings_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """`value` of a term and `when` of an event are the article's own words, there or nearby."""
    for field, text in claim.verbatim.items():
        path = claim.path if claim.section == "terms" else f"{claim.path}.{field}"
        words = " ".join(fold(text).split())
        if not context.article.folded.holds(text):
            yield error("wording_not_in_article", path, f"{text!r} ({field}) is not in the article")
        elif not any(words in sentence for sentence in context.folded(context.nearby(claim))):
            if holds(fold(context.metadata), words):
                continue
            message = f"{text!r} ({field}) does not stand in the cited sentences or nearby"
            yield error("words_not_in_evidence", path, message)


def names_occur(claim: Claim, context: Context) -> Iterator[Finding]:
    """Every name in headline and abstract stands in the article, in whichever form."""
    if claim.section != "text" or not context.english:
        return
    for mention in context.lexicon.mentions(claim.item):
        if not context.mentioned(mention.actor) and not context.article.naming(mention.form):
            message = f"the article does not name {mention.form!r}"
            yield error("name_not_in_article", claim.path, message)
    for name in re.findall(r"(?<=[a-z,;] )[A-Z]\w+(?: [A-Z]\w+)*", claim.item):
        words = set(fold(name).split())
        if words - context.words and context.lexicon.country(name) is None:
            yield error("name_not_in_article", claim.path, f"the article does not name {name!r}")


def names_and_figures_go_together(claim: Claim, context: Context) -> Iterator[Finding]:
    """A figure and a name in one clause of headline or abstract belong together in the article.

    They do where one sentence, or the two before it, names and counts, or where one claim does.
    """
    if claim.section != "text" or not context.english:
        return
    for clause in _CLAUSE.split(claim.item):
        stated = [f for f in figures(clause) if f.quantity.kind != "ordinal"]
        names = context.named_in(clause) if stated else []
        for figure in stated:
            places = context.counting(figure.quantity, _same)
            apart = [n for n in names if not context.together(n, figure.quantity, places, _same)]
            if apart and len(apart) == len(names):
                words = clause[figure.quantity.start : figure.quantity.end]
                message = f"{words!r} does not stand with {apart[0]!r} in any sentence or claim"
                yield error("figure_with_another_name", claim.path, message)


_ORDINALS = {
    "first": 1, "innermost": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
}  # fmt: skip
_DAY = re.compile(r"\d{4}(?:-\d\d){0,2}")
_RANKED = re.compile(
    rf"\b({'|'.join(_ORDINALS)})(?:,| (?:line|layer|level|tier|ring|echelon|guarantee|stage|pillar|element)\b)"
)


def claims_are_said_once(claim: Claim, context: Context) -> Iterator[Finding]:
    """No two claims of a section say the same of the same sentences."""
    if claim.section not in ("events", "proposals", "layers", "disputes"):
        return
    gist = next(iter(claim.folded.values()), "")
    key = (claim.section, frozenset(c.sentence for c in claim.evidence), gist)
    first = context.first_said.setdefault(key, claim.path)
    if first != claim.path:
        yield warning("said_twice", claim.path, f"says the same as {first}")


def layers_keep_their_order(claim: Claim, context: Context) -> Iterator[Finding]:
    """A layer's `rank` is the one that its sentence gives it (second line, third level)."""
    if claim.section != "layers" or not context.english or claim.item.rank is None:
        return
    rank = claim.item.rank
    others = [layer for layer in context.summary.structure.layers if layer is not claim.item]
    if any(layer.rank == rank for layer in others):
        yield warning("layer_order", claim.path, f"another layer has rank {rank}, too")
    cited = {c.sentence for c in claim.evidence}
    if any(cited & {c.sentence for c in layer.evidence} for layer in others):
        return  # one sentence that ranks several
    sentences = context.folded(context.cited(claim))
    ranks = {_ORDINALS[word] for sentence in sentences for word in _RANKED.findall(sentence)}
    if len(ranks) == 1 and rank not in ranks:
        message = f"rank is {rank}, the cited sentence ranks it {ranks.pop()}"
        yield error("layer_order", f"{claim.path}.rank", message)


def events_fit_their_date(claim: Claim, context: Context) -> Iterator[Finding]:
    """What was held lies in the past at publication, what is planned does not lie before it."""
    published = context.article.published
    if claim.section != "events" or published is None:
        return
    date: str = claim.item.date or ""
    if not _DAY.fullmatch(date):
        return
    day = published.isoformat()[: len(date)]
    if claim.item.status == "held" and date > day:
        yield error("event_not_yet", claim.path, f"was held, but {date} lies after publication")
    elif claim.item.status in ("planned", "expected") and date < day:
        message = f"is planned, but {date} lies before publication"
        yield warning("event_in_the_past", claim.path, message)

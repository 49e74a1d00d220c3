"""Interpret spaCy's labels of tokens: lemma, modal and tense of a verb, and so on.

Every function takes spaCy tokens; the labels are those of its English pipelines (ClearNLP
dependencies, Penn Treebank tags).
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "BEFORE", "NONE", "OBJECTS", "SUBJECTS", "VERB_GROUP", "edges", "heads_clause", "is_another", "is_told",
    "lost_subject", "mark", "modal", "name", "negated", "rank", "relation", "tense",
]  # fmt: skip

SUBJECTS = ("nsubj", "nsubjpass", "csubj")
OBJECTS = ("dobj", "attr", "oprd", "dative")
BEFORE = frozenset("det amod compound poss nummod nmod quantmod advmod predet neg npadvmod".split())
VERB_GROUP = ("aux", "auxpass", "neg", "prt")
NONE = frozenset("no none nobody nothing neither never not n't without".split())
_MODALS = {"'ll": "will", "wo": "will", "ca": "can", "'d": "would"}
_CLAUSES = frozenset("ccomp xcomp advcl relcl acl conj pcomp parataxis csubj ROOT".split())


def is_told(verb: Any) -> bool:
    """Return whether a verb is what somebody is ordered to do, or kept from doing."""
    infinitive = verb.dep_ == "xcomp" and verb.tag_ == "VB" and verb.head.lemma_ != "promise"
    return bool(infinitive or (verb.dep_ == "pcomp" and verb.head.lower_ == "from"))


def is_another(head: Any, apposed: Any) -> bool:
    """Return whether an apposition is the next name of a list: `Macron, Minister Starmer and`."""
    names = head.pos_ == apposed.pos_ == "PROPN"
    same = head.ent_type_ in ("PERSON", "GPE") and apposed.ent_type_ == head.ent_type_
    same = same or head.lower_ == apposed.lower_  # "the Government of A, the Government of B and"
    return names and (same or (apposed.ent_type_ == "PERSON" and head.ent_type_ in ("GPE", "ORG")))


def lost_subject(verb: Any) -> Any:
    """Return the noun right before a finite main verb that the parse left without a subject."""
    group = [c for c in verb.lefts if c.dep_ in ("aux", "auxpass", "neg")]
    first = group[0] if group else verb
    if verb.dep_ != "ROOT" or first.i == 0 or tense(verb) == "base":
        return None
    before = verb.doc[first.i - 1]
    free = before.pos_ in ("NOUN", "PROPN") and before.dep_ in ("appos", "conj", "npadvmod", "pobj")
    subject = any(c.dep_ in (*SUBJECTS, "expl") for c in verb.children)
    return before if free and not subject else None


def heads_clause(token: Any) -> bool:
    """Return whether a verb is the head of its own clause."""
    return token.pos_ in ("VERB", "AUX") and token.dep_ in _CLAUSES


def edges(doc: Any) -> tuple[list[Any], list[Any]]:
    """Return the first and the last word under each token, without marks at the end."""
    tokens, left, right = list(doc), [], []
    loose = [token.is_punct or token.is_space for token in tokens]
    for at, token in enumerate(tokens):
        first, last = token.left_edge.i, token.right_edge.i
        while loose[last] and last > at:
            last -= 1
        while loose[first] and first < at:
            first += 1
        left.append(tokens[first])
        right.append(tokens[last])
    return left, right


def name(verb: Any) -> str:
    """Return a verb's lemma with its particle; `be ready` for a copula with an adjective."""
    lemma: str = verb.lemma_.lower()
    for child in verb.children:
        if child.dep_ == "prt":
            return f"{lemma} {child.lower_}"
        if child.dep_ == "acomp" and lemma in ("be", "remain", "stand", "become", "stay"):
            return f"be {child.lower_}"
    return lemma


def modal(verb: Any) -> str:
    """Return the modal of a verb, or of the verb that it continues."""
    for child in verb.children:
        if child.dep_ == "aux" and child.tag_ == "MD":
            return _MODALS.get(child.lower_, str(child.lower_))
    head = verb.head
    if verb.dep_ == "conj" and head.pos_ in ("VERB", "AUX") and verb.tag_ in ("VB", head.tag_):
        own = any(c.dep_ in SUBJECTS for c in verb.children)
        return "" if own else modal(head)
    if verb.dep_ == "xcomp" and head.lemma_ in ("have", "need"):
        return "must"
    if verb.dep_ == "xcomp" and head.lemma_ == "be":
        return "be to"
    return ""


def negated(verb: Any) -> bool:
    """Return whether a verb is negated."""
    return any(c.dep_ == "neg" or (c.dep_ == "advmod" and c.lower_ in NONE) for c in verb.children)


def tense(verb: Any) -> str:
    """Return past, present, or base for infinitives and participles."""
    finite = [verb, *(c for c in verb.children if c.dep_ in ("aux", "auxpass"))]
    tags = {t.tag_ for t in finite}
    if "VBD" in tags:
        return "past"
    if any(c.lemma_ == "have" and c.dep_ == "aux" and c.tag_ != "VBG" for c in verb.children):
        return "past"
    return "present" if tags & {"VBZ", "VBP", "MD"} else "base"


def relation(verb: Any) -> str:
    """Return the dependency of a clause; a clause that depends on a verb is not relative."""
    dep: str = verb.dep_
    return "ccomp" if dep == "relcl" and verb.head.pos_ == "VERB" else dep


def mark(verb: Any) -> str:
    """Return the word that introduces a clause: that, if, whether, after."""
    for child in verb.lefts:
        that = child.lower_ == "that" and child.tag_ == "IN"
        once = child.lower_ == "once" and child.dep_ == "advmod"
        if that or once or child.dep_ == "mark" or child.tag_ in ("WRB", "WP", "WDT"):
            return str(child.lower_)
    if verb.left_edge.tag_ in ("WDT", "WP", "WRB", "WP$"):
        return str(verb.left_edge.lower_)
    return str(verb.head.lower_) if verb.dep_ == "pcomp" else ""


def rank(token: Any, depth: int) -> int | None:
    """Return the rank of a part in a short wording, low first; None if it is never included."""
    dep = relation(token)
    if dep in ("punct", "cc", "mark", "intj", "meta", "preconj", "dep", "parataxis"):
        return None
    if dep in (*SUBJECTS, "dobj", "attr", "oprd", "acomp", "prt", "dative", "expl", "case"):
        return 0 if depth == 0 else 1
    if dep in ("xcomp", "ccomp", "pcomp"):
        return 1
    if dep == "agent":
        return 1
    if dep == "prep" and any(c.dep_ == "pcomp" for c in token.children):
        return 1
    if dep == "prep":
        return 2 + (token.lower_ in ("on", "in", "at", "after", "during") and depth == 0)
    if dep == "conj":
        return _rank_joined(token)
    if dep == "acl":
        return 3
    if dep in ("advmod", "npadvmod"):
        return 4
    return 5


def _rank_joined(token: Any) -> int | None:
    """Return the rank of the next item of a list; of several acts a complete first is enough."""
    if token.pos_ != "VERB":
        return 1 if token.pos_ in ("NOUN", "PROPN") else 3
    objects = (*OBJECTS, "prep", *_CLAUSES)
    return None if any(c.dep_ in objects and c.i < token.i for c in token.head.children) else 3

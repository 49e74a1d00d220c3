"""Find the actors and persons that an article names, each kind once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from guarantee_summarizer.article import Article
from guarantee_summarizer.lexicon import Actor, Lexicon, Mention
from guarantee_summarizer.lexicon.names import Titles
from guarantee_summarizer.lexicon.persons import Person, begins_name, find_people, surname
from guarantee_summarizer.text import fold

__all__ = ["ActorsInText"]


@dataclass(frozen=True)
class ActorsInText:
    """Compute the lexicon's matches in an article, each once."""

    article: Article
    lexicon: Lexicon

    @cached_property
    def body(self) -> str:
        """Return the text after the headers."""
        return self.article.readable.text[self.article.readable.body :]

    @cached_property
    def mentions(self) -> list[Mention]:
        """Return the mentions of actors in the article, in order."""
        return self.lexicon.mentions(self.body)

    @cached_property
    def people(self) -> tuple[Person, ...]:
        """Return the persons that the article names, in order."""
        return find_people(self.body, self.lexicon)

    def forms(self, actor: Actor | None) -> list[str]:
        """Return the forms of an actor in the text; adjectives are left out."""
        forms = (m.form for m in self.mentions if m.actor == actor and m.via != "demonym")
        return list(dict.fromkeys(forms))

    def surname_alone(self, name: str) -> list[str]:
        """Return the surname of a person, if it also appears without the rest of the name."""
        last, words = surname(name), self.article.folded.words
        alone = last != name and words.count(fold(last)) > words.count(fold(name))
        return [last] if alone else []

    def may_be_first_name(self, word: str) -> bool:
        """Return whether a word is neither a title, nor an actor, nor a usual sentence start."""
        titles = self.titles
        title = titles.is_title([word]) or titles.is_title([word.removesuffix("s")])
        return not title and begins_name(word) and not titles.is_actor(word)

    def untitled(self, name: str) -> str:
        """Return a person's name without brackets, state, office and honorific."""
        if name not in self._untitled:
            self._untitled[name] = self.titles.without(name)
        return self._untitled[name]

    @cached_property
    def _untitled(self) -> dict[str, str]:
        return {}

    @cached_property
    def titles(self) -> Titles:
        """Return the titles that the lexicon knows."""
        return Titles(self.lexicon)

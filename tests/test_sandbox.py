"""Templates from anybody see plain values, leave no folder, and end."""

from __future__ import annotations

import string
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import guarantee_summarizer as gs
from guarantee_summarizer.prompts import PromptBook
from guarantee_summarizer.sandbox import plain

ARTICLE = gs.Article.from_text(
    "The secret plan. It holds {{ 7 * 7 }} points.", title="A", published="2026-01-06"
)
SECRET = "root:x:0:0"

REACHES = [
    "{{ article.from_file('/etc/passwd').text }}",
    "{{ article.text }}{{ article.from_text }}",
    "{{ article.__class__ }}",
    "{{ article['__class__'] }}",
    "{{ article|attr('__class__') }}",
    "{{ article.sentences[0].__init__.__globals__ }}",
    "{{ article.sentences.append(1) }}",
    "{{ article.update({'a': 1}) }}",
    "{{ article.clear() }}",
    "{{ article.pop('title') }}",
    "{{ article.setdefault('a', 1) }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''|attr('__class__') }}",
    "{{ ''['__class__'] }}",
    "{{ [].__class__.__base__.__subclasses__() }}",
    "{{ ().__class__ }}",
    "{{ {}.__class__ }}",
    "{{ (1).__class__ }}",
    "{{ (1).to_bytes(10**9) }}",
    "{{ 'a'.format }}",
    "{{ '{0.__class__}'.format(article) }}",
    "{{ '{a.__class__}'.format_map({'a': article}) }}",
    "{{ '%s'|format(article) }}",
    "{{ '%0999999999d' % 1 }}",
    "{{ 'a'.encode() }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ 'a'.center(10**9) }}",
    "{{ 'a'.zfill(10**9) }}",
    "{{ 'a'.join(range(9)) }}",
    "{{ 'a'.translate({97: 'b' }) }}",
    "{{ 'a'.expandtabs(10**9) }}",
    "{{ article.published.__class__.today() }}",
    "{{ article.published.strftime('%099999999d') }}",
    "{{ article.published.replace(year=1) }}",
    "{{ range.__class__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ lipsum(n=10**6) }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ loop }}",
    "{% for a in [1] %}{{ loop.__class__.__init__.__globals__ }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}",
    "{% macro m() %}{% endmacro %}{{ m._func }}",
    "{{ caller.__class__ }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../../../../etc/passwd' %}",
    "{% import '/etc/passwd' as p %}{{ p }}",
    "{% extends '../secret.jinja' %}",
    "{% include 'link.jinja' %}",
    "{{ article|pprint }}",
    "{{ article|xmlattr }}",
    "{{ 'a'|urlize }}",
    "{% set x = 1 %}{{ x.real.__class__ }}",
    "{{ config }}",
    "{{ request.environ }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ article.title.__doc__ }}",
    "{{ article.sentences|map(attribute='__class__')|list }}",
    "{{ article.sentences|sort(attribute='__class__') }}",
    "{{ [article]|groupby('__class__') }}",
    "{{ dict.__base__ }}",
    "{{ dict(a=1).__class__ }}",
]

RUNS_ON = [
    "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99999) if b < 0 %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99999) %}xxxxxxxxxx{% endfor %}{% endfor %}",
    "{% macro m(n) %}{{ m(n + 1) }}{% endmacro %}{{ m(0) }}",
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% set ns = namespace(x='ab') %}{% for a in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x='ab') %}{% for a in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|string }}",
    "{% set ns = namespace(x=[1]) %}{% for a in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
    "{{ 'a' * 10**9 }}",
    "{{ [0] * 10**9 }}",
    "{{ 9 ** 999999999 }}",
    "{{ (9 ** 99) ** 99 }}",
    "{{ 'aaaaaaaaaa'|replace('a', 'aaaaaaaaaa')|replace('a', 'aaaaaaaaaaaaaaaaaaaa')|replace('a', 'b' ~ 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')|replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')|replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')|replace('a', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') }}",
    "{{ range(99999)|join('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx') }}",
    "{{ range(10**9)|list }}",
    "{% for a in [[1]] recursive %}{{ loop([a]) }}{% endfor %}",
    "{% include 'article.md.jinja' %}",
    "{% set x %}{% for a in range(99999) %}{% for b in range(99999) %}xx{% endfor %}{% endfor %}{% endset %}",
    "{% filter upper %}{% for a in range(99999) %}{% for b in range(99999) %}xx{% endfor %}{% endfor %}{% endfilter %}",
    "{% for a in range(99999) %}{{ range(99999)|list|length }}{% endfor %}",
]  # fmt: skip


def render(folder: Path, source: str) -> str:
    (folder / "article.md.jinja").write_text(source)
    return PromptBook(folder).prompt(ARTICLE).user


@pytest.mark.parametrize("source", REACHES)
def test_a_template_reaches_nothing_but_plain_values(tmp_path: Path, source: str) -> None:
    """It is refused with one error, or puts out neither a file nor an object of Python."""
    outside = tmp_path / "secret.jinja"
    outside.write_text(SECRET)
    folder = tmp_path / "prompts"
    folder.mkdir()
    if "link" in source:
        (folder / "link.jinja").symlink_to(outside)
    try:
        made = render(folder, source)
    except gs.PromptError as error:
        assert SECRET not in str(error)  # noqa: PT017  (either way nothing may be shown)
    else:
        assert not any(
            sign in made for sign in (SECRET, "<class", "<built-in", "<function", "<bound")
        )
        assert "object at 0x" not in made


@pytest.mark.parametrize("source", RUNS_ON)
def test_a_template_ends(tmp_path: Path, source: str) -> None:
    """What would run on, or fill the memory, is refused in a moment."""
    with pytest.raises(gs.PromptError):
        render(tmp_path, source)


def test_what_templates_are_for_still_works(tmp_path: Path) -> None:
    """Loops, filters, macros and methods that only look may be used."""
    (tmp_path / "names.md.jinja").write_text(
        "{% for s in article.sentences %}{{ s.number }}{% endfor %}"
    )
    made = render(
        tmp_path,
        "{% macro line(s) %}[{{ s.number }}] {{ s.text|replace('The', 'A') }}{% endmacro %}"
        "{% for s in article.sentences if s.number > 0 %}{{ line(s) }}{{ ';' if not loop.last }}{% endfor %}"
        "|{{ article.title.upper() ~ '!' }}|{{ article.published.isoformat() }}|{{ article.published.year + 1 }}"
        "|{{ article.sentences|map(attribute='number')|join(',') }}|{% include 'names.md.jinja' %}",
    )  # fmt: skip
    assert made == ("[1] A secret plan.;[2] It holds {{ 7 * 7 }} points.|A!|2026-01-06|2027|1,2|12")


def test_a_misspelt_template_is_refused(tmp_path: Path) -> None:
    """A file that no template asks for is an error that names the likely one."""
    (tmp_path / "sistem.md.jinja").write_text("Be brief.")
    with pytest.raises(gs.PromptError, match=r"sistem\.md\.jinja.*did you mean system\.md\.jinja"):
        PromptBook(tmp_path)


@given(text=st.text(alphabet=string.printable, max_size=60))
def test_any_text_as_a_template_renders_or_is_refused(text: str) -> None:
    """Nothing leaves the error tree."""
    with tempfile.TemporaryDirectory() as folder, suppress(gs.PromptError):
        render(Path(folder), text)


def test_plain_values_hold_no_object() -> None:
    """Whatever is handed over is text, numbers, dates, lists and dictionaries."""
    assert plain([ARTICLE.sentences[0].text, {1: (2.5, None, True)}]) == [
        "The secret plan.",
        {"1": [2.5, None, True]},
    ]
    assert plain(ARTICLE) == str(ARTICLE)

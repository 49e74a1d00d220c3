"""Right answers, mangled at random as models and servers mangle them; what of them must arrive."""

from __future__ import annotations

import copy
import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from guarantee_summarizer.llm.messages import Completion

ABSENT = [None, "", "N/A", "none", "null", [], {}]
GARBAGE = [17, -1, "x y", True, 2.5, ["a", 1], {"a": 1}, [[]], {"": {}}, 10**30, float("nan"), "]}",
           "\ud83d", "\0", "[", "{", '"', "[1", '{"a": ', "\\", "{}", "[]", 1e400]  # fmt: skip
NAMES = ["extra", "data", "Claims", "items", "x1", "värde", "", "a b"]
NUMBERS = [str, float, "[{}]".format, "S{}".format, "sentence {}".format, lambda n: [n]]


@dataclass(frozen=True)
class Mangled:
    """A mangled answer.

    `values` counts the values of its tree, `under` has the names that each stands under; `whole` is False if characters of it were damaged after
    that. `done` names what was done.
    """

    completion: Completion
    values: Counter
    under: dict[str, set[str]]
    whole: bool
    done: tuple[str, ...]


def values(node):
    """Count the texts and numbers in a tree, those of JSON in texts and names of members too."""
    if isinstance(node, str) and node.lstrip()[:1] in ("{", "["):
        try:
            return values(json.loads(node))
        except ValueError:
            pass
    if isinstance(node, dict):
        return sum(map(values, node.values()), Counter(map(fold, node)))
    if isinstance(node, list | tuple):
        return sum(map(values, node), Counter())
    return Counter() if node is None or isinstance(node, bool) else Counter([fold(node)])


def names(node, above=()):
    """Yield each text, number and name of a tree with the names that it stands under, its own too."""
    if isinstance(node, str) and node.lstrip()[:1] in ("{", "["):
        with suppress(ValueError):
            node = json.loads(node)
    for inner in node if isinstance(node, list | tuple) else ():
        yield from names(inner, above)
    for key, value in node.items() if isinstance(node, dict) else ():
        here = (*above, fold(key))
        yield fold(key), here
        yield from names(value, here)
    if not isinstance(node, dict | list | tuple):
        yield fold(node), above


def leaves(node):
    """Count the texts and numbers in a tree; descriptions are filled anyhow."""
    if isinstance(node, dict | list):
        inner = (
            [v for k, v in node.items() if k != "description"] if isinstance(node, dict) else node
        )
        return sum(map(leaves, inner), Counter())
    return Counter() if node is None or isinstance(node, bool) else Counter([fold(node)])


def fold(value):
    return " ".join(str(value).split()).lower()


def mangled(right, random):
    """Return a right answer with one to four mutations of its tree, and some of its text."""
    tree, done = copy.deepcopy(right), []
    for _ in range(random.choice([0, 1, 1, 1, 2, 3, 4])):
        change = random.choice(TREE)
        done.append(change.__name__)
        change(tree, random)
    kept, under = values(tree), {}
    for value, above in names(tree):
        under.setdefault(value, set()).update(name for name in above if len(name) > 1)
    if random.random() < 0.2:
        done.append("double")
        double(tree, random)
    way = random.choice(TEXT)
    done.append(way.__name__)
    completion, whole = way(tree, random)
    return Mangled(completion, kept, under, whole, tuple(done))


def places(node):
    """Every container of a tree with each of its keys."""
    members = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(members):
        yield node, key
        if isinstance(value, dict | list):
            yield from places(value)


def some(tree, random, kind=object):
    found = [(node, key) for node, key in places(tree) if isinstance(node[key], kind)]
    return random.choice(found) if found else ({"": None}, "")


def retype(tree, random):
    node, key = some(tree, random)
    value = node[key]
    if isinstance(value, list) and len(value) == 1 and random.random() < 0.5:
        node[key] = value[0]
    elif isinstance(value, dict | list):
        node[key] = json.dumps(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        node[key] = random.choice(NUMBERS)(value)
    else:
        node[key] = random.choice([[value], value, str(value)])


def by_name(tree, random):
    node, key = some(tree, random, list)
    items = node[key]
    if items and all(isinstance(item, dict) for item in items):
        titles = ("name", "title", "issue", "party", "value")
        title = next((title for title in titles if title in items[0]), None)
        names = [item.get(title) for item in items]
        if all(isinstance(name, str) and name for name in names) and len(set(names)) == len(names):
            node[key] = {item.pop(title): item for item in items}


def garbage(tree, random):
    node, key = some(tree, random)
    node[key] = copy.deepcopy(random.choice(GARBAGE))


def swap(tree, random):
    (one, a), (two, b) = some(tree, random), some(tree, random)
    if not isinstance(one[a], dict | list) and not isinstance(two[b], dict | list):
        one[a], two[b] = two[b], one[a]


def leave_out(tree, random):
    node, key = some(tree, random)
    del node[key]


def absent(tree, random):
    node, key = some(tree, random)
    node[key] = copy.deepcopy(random.choice(ABSENT))


def rename(tree, random):
    node, key = some(tree, random)
    if isinstance(node, dict):
        new = random.choice([key.title(), key.upper(), key.replace("_", " "), f"{key}s",
                             key.removesuffix("s"), f"the_{key}", random.choice(NAMES)])  # fmt: skip
        node[new] = node.pop(key)


def double(tree, random):
    node, key = some(tree, random, list)
    if node[key]:
        node[key].append(copy.deepcopy(random.choice(node[key])))


def nest(tree, random):
    node, key = some(tree, random)
    node[key] = random.choice(
        [[node[key]], {random.choice(NAMES): node[key]}, {str(key): node[key]}]
    )


def move_up(tree, random):
    node, key = some(tree, random, dict)
    for name, value in list(node[key].items()) if node[key] else ():
        if isinstance(node, dict) and name not in node:
            node[name] = value
            del node[key][name]


def move_down(tree, random):
    keys = random.sample(sorted(tree), min(2, len(tree)))
    tree[random.choice(NAMES[:4])] = {key: tree.pop(key) for key in keys}


def dumped(tree, random):
    return json.dumps(tree, ensure_ascii=random.random() < 0.5, indent=random.choice([None, 1]))


def plainly(tree, random):
    return Completion(dumped(tree, random), finish="stop"), True


def wrapped(tree, random):
    outer = random.choice(["Summary", "parameters", "arguments", "result"])
    text = json.dumps(
        {"name": "Summary", outer: tree if random.random() < 0.5 else json.dumps(tree)}
    )
    return Completion(text, finish="stop"), True


def encoded_twice(tree, random):
    return Completion(json.dumps(dumped(tree, random)), finish="stop"), True


def as_python(tree, random):
    return Completion(repr(tree), finish="stop"), True


def loosely(tree, random):
    text = json.dumps(tree, indent=1)
    lines = [line + random.choice(["", "", " // so", "\n"]) for line in text.splitlines()]
    return Completion("\n".join(lines).replace("\n]", ",\n]"), finish="stop"), True


def after_thought(tree, random):
    thought = random.choice([
        '<think>{"relevant": false, "headline": "No", "abstract": "x", "participants": []}</think>',
        "<think>So {relevant: true, ...}?</think>", 'Well, {"', "[2] says {it}. ", "```json\n",
        '[THINK]{"relevant": false}[/THINK]', '{"relevant": false, "headline": "Draft"}\n',
        'A draft, {"relevant": false}, then</think>',
    ])  # fmt: skip
    return Completion(thought + dumped(tree, random) + random.choice(["", "\n```", " Done."])), True


def in_calls(tree, random):
    if not isinstance(tree, dict):
        return plainly(tree, random)
    parts = [{}, {}]
    for key, value in tree.items():
        random.choice(parts)[key] = value
    calls = [("Summary", json.dumps(part)) for part in parts if part]
    calls.insert(random.randrange(3), ("think", random.choice(["{}", '{"thought": "…"}', ""])))
    return Completion("", calls=tuple(calls), finish="tool_calls"), True


def cut(tree, random):
    text = dumped(tree, random)
    finish = random.choice(["length", "stop", "broken"])
    return Completion(text[: random.randrange(len(text))], finish=finish), False


def edited(tree, random):
    text = dumped(tree, random)
    for _ in range(random.choice([1, 1, 2, 5])):
        at = random.randrange(len(text))
        text = text[:at] + random.choice(['"', "{", "}", "[", "]", ",", ":", "\\", "'", "", "", "\n",
                                          "\ud83d", "\0", "x"]) + text[at + random.randrange(2) :]  # fmt: skip
    return Completion(text, finish="stop"), False


TREE = [retype, retype, by_name, garbage, swap, leave_out, absent, rename, rename, nest,
        move_up, move_down]  # fmt: skip
TEXT = [plainly, plainly, plainly, wrapped, encoded_twice, as_python, loosely, after_thought, in_calls,
        cut, edited, edited]  # fmt: skip

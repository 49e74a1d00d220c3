"""Summarize a column of a Parquet file, or of a folder of them, with Ray.

    pip install 'guarantee-summarizer[ray]'
    export OPENAI_API_KEY=…
    python examples/ray_parquet.py news.parquet summaries --model gpt-4.1-mini \
        --actors 4 --tokens-per-minute 10e6 --ledger /var/tmp/guarantees

Every row comes out with all its columns and with either `summary_json` or `error`. With `--ledger`
nothing is paid for twice: a job that was killed, or runs again, does only what is left. The ledger
is a folder on the local disk of each node. On a cluster start it there with `ray job submit`, and set
the key on the nodes.

What a million articles take: about 3,360 input tokens each (2,640 of them the same every time, so
the provider can cache them) and 1,300 output tokens, 4.66 billion in all. At 1, 10 and 30 million
tokens a minute that is 78, 7.8 and 2.6 hours; the cost is 3.36 billion input and 1.3 billion output
tokens at the prices of the model. The limit on tokens a minute decides, not Ray and not the CPU:
about 20 ms an article are 6 core hours.
"""  # noqa: INP001  (a folder of scripts)

from __future__ import annotations

import argparse
from pathlib import Path

import ray

import guarantee_summarizer as gs
from guarantee_summarizer.integrations.ray import summarize_dataset


def main() -> None:
    """Read the options, and do it."""
    parser = argparse.ArgumentParser(description="Summarize a column of a Parquet file with Ray.")
    parser.add_argument("input", help="a Parquet file, a folder of them, or a URL that Ray reads")
    parser.add_argument("output", type=Path, help="the folder that is made for Parquet files")
    parser.add_argument("--model", help="the embedded extractor is used if none is named")
    parser.add_argument("--base-url", help="an OpenAI-compatible endpoint; OpenAI's if none")
    parser.add_argument("--review", action="store_true", help="have a second request check each")
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--actors", type=int, default=1, help="processes (%(default)s)")
    parser.add_argument("--concurrency", type=int, default=32, help="articles at once in each")
    parser.add_argument("--tokens-per-minute", type=float, help="of all actors together")
    parser.add_argument("--ledger", help="a folder on the local disk of each node")
    given = parser.parse_args()
    if given.output.exists():
        parser.error(f"{given.output} is there already; name another output")
    summarizer = gs.Summarizer(
        given.model,
        base_url=given.base_url,
        tokens_per_minute=given.tokens_per_minute,
        review=given.review,
    )
    ray.init(ignore_reinit_error=True)
    articles = ray.data.read_parquet(given.input)
    summaries = summarize_dataset(
        articles,
        summarizer,
        actors=given.actors,
        concurrency=given.concurrency,
        ledger=given.ledger,
        text_column=given.text_column,
    )
    part = given.output.absolute().with_name(f"{given.output.name}.part")
    summaries.write_parquet(str(part), mode="overwrite")  # which empties the folder first
    part.rename(given.output)


if __name__ == "__main__":
    main()

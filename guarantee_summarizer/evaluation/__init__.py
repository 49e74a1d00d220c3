"""Evaluate summaries against gold answers."""

from guarantee_summarizer.evaluation.damage import (
    Damage,
    Noticed,
    ReviewedRecord,
    load_damage,
    load_reviews,
    noticed,
    reviewed,
)
from guarantee_summarizer.evaluation.faithfulness import unsupported
from guarantee_summarizer.evaluation.gold import GoldItem, load_gold
from guarantee_summarizer.evaluation.report import (
    Evaluation,
    error_lines,
    evaluate,
    interval,
    load_stored,
    score_stored,
    to_dict,
    to_table,
)
from guarantee_summarizer.evaluation.scoring import Count, Mismatch, Scores, assign, score, total

__all__ = [
    "Count",
    "Damage",
    "Evaluation",
    "GoldItem",
    "Mismatch",
    "Noticed",
    "ReviewedRecord",
    "Scores",
    "assign",
    "error_lines",
    "evaluate",
    "interval",
    "load_damage",
    "load_gold",
    "load_reviews",
    "load_stored",
    "noticed",
    "reviewed",
    "score",
    "score_stored",
    "to_dict",
    "to_table",
    "total",
    "unsupported",
]

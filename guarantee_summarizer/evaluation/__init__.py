"""Evaluation: how good summaries are, held against right answers."""

from guarantee_summarizer.evaluation.faithfulness import unsupported
from guarantee_summarizer.evaluation.gold import GoldItem, load_gold
from guarantee_summarizer.evaluation.perturbation import KINDS, Detection, Trap, detection, trapped
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
    "KINDS",
    "Count",
    "Detection",
    "Evaluation",
    "GoldItem",
    "Mismatch",
    "Scores",
    "Trap",
    "assign",
    "detection",
    "error_lines",
    "evaluate",
    "interval",
    "load_gold",
    "load_stored",
    "score",
    "score_stored",
    "to_dict",
    "to_table",
    "total",
    "trapped",
    "unsupported",
]

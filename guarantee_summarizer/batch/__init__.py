"""Use the provider's Batch API: half the price, answers within a day."""

from guarantee_summarizer.batch.job import Batch, BatchJob, Submission

__all__ = ["Batch", "BatchJob", "Submission"]

"""Integrate with frameworks that need more than a plain callable; import them by name."""

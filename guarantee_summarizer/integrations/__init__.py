"""Where other frameworks need more than a plain callable: one module each, imported by name."""

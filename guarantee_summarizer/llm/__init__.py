"""Language models: the only package that imports instructor, openai and tenacity."""

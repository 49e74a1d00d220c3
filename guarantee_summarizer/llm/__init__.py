"""Language models: the only package that knows instructor, openai and tenacity."""

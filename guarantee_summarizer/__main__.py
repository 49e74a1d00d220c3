"""`python -m guarantee_summarizer` is the shell command."""

from guarantee_summarizer.cli import main

main()

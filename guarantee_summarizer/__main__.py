"""Run the shell command with `python -m guarantee_summarizer`."""

from guarantee_summarizer.cli import main

main()

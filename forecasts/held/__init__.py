"""Answers that each process holds until anything that they were made of was written: docs/adr/0023-held-answers.md."""

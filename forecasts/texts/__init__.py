"""Prose from articles: where sentences end, and where quotes stand. Strings in, places out."""

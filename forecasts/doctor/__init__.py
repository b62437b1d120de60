"""Questions to the database that have one right answer: what must always hold, each with what breaks it."""

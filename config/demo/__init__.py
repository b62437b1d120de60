"""Everything at once on one machine: Redis, web, worker and schedule over sample data."""

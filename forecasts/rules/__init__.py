"""Deciding from facts: a small rule language and its three-valued evaluation. Pure: no clock, no I/O."""

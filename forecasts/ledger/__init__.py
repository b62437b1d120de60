"""Tamper evidence: canonical bytes, commitments, a hash chain, a Merkle tree, signed notes. Pure: no database, no clock."""

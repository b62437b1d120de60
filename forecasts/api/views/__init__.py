"""The endpoints, stage by stage."""

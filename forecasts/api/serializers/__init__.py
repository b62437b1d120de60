"""What comes in (`New…`) and what goes out, stage by stage."""

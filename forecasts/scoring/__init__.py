"""Scoring rules, intervals, calibration and the wording of small samples: numbers in, numbers out."""

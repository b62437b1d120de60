"""Accessible SVG from numbers. No script, no style attribute, no colour: `static/forecasts/charts.css` has those."""

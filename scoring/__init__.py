"""The points calculator: catalog, records, scorecard, score, explanation. Pure."""

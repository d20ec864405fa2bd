"""A demo city by the product's own ways: agency files, ingestion, joining, scores."""

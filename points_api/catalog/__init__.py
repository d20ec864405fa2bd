"""What anyone may read: the catalog and the scorecard in force."""

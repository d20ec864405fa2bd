"""Files of agencies: read, checked row by row, taken in once, answered with a report."""

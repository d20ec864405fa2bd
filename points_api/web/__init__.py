"""Pages: plain files that run in a browser and call nothing but the public addresses."""

"""What a resident has agreed to: the notice, one receipt per purpose, and withdrawal."""

"""Records of people, append-only, with two times each."""

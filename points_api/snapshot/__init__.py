"""The records of all who have joined as columns on disk, for whoever scores the whole city."""

"""The engines that score a whole snapshot: one kernel, and who hands it the parts."""

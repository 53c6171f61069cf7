"""The daemon of timed jobs. `schedule` is used here and nowhere else."""

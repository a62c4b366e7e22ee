"""Speed measured as ratios: one script per workload, `python -m benchmarks` runs them all."""

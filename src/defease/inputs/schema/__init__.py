"""The form of `plan.toml` and `assumptions.toml`: every key, its type, its limits."""

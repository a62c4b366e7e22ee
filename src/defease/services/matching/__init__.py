"""Behind the task `match`: the plan's words as a question, the ways to answer it, its keys."""

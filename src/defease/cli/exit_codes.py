"""How a program says what became of it (0 is done, 1 is no answer)."""

BAD_INPUT = 2
INTERRUPTED = 130

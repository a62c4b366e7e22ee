"""From results to blocks of a report: which numbers, in which order, in which words."""

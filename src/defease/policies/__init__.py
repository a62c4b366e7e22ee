"""What the investor decides, as data: rules that turn the facts of a review into a decision."""

from defease.policies.portable_alpha import (
    Decision,
    Direction,
    PortableAlphaPolicy,
    Reason,
    ReviewFacts,
    decide,
)

__all__ = [
    "Decision",
    "Direction",
    "PortableAlphaPolicy",
    "Reason",
    "ReviewFacts",
    "decide",
]

"""Documents as values, and the renderers that show them: text, HTML with charts, JSON, CSV.

Services build a `Document` (module `document`); nothing here knows any finance beyond labels.
"""

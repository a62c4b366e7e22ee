"""Settings that every test shares."""

from hypothesis import settings

# No deadlines: the first example pays for imports and compilation, and build servers are slow.
# On a build server hypothesis's own default holds beneath: the same examples in every run.
settings.register_profile("defease", settings.default, deadline=None, print_blob=True)
settings.load_profile("defease")

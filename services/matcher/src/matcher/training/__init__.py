"""How the learned models are made, each by its own module, from synthetic fingers alone.

Run by `make train`, in an environment of its own with the dependency group `train`; the service
imports nothing from here and needs none of it.
"""

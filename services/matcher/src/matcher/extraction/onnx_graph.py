"""Writing an ONNX network as one writes arithmetic: maps are (n, h, w, channels) everywhere."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

Floats = NDArray[np.float32]

_OPSET, _IR_VERSION = 18, 8
"""onnxruntime 1.14 and later reads these."""
_CONTRIBUTED = "com.microsoft"
"""Operations that onnxruntime adds to the standard."""


class Graph:
    """Collects operations; each returns the name of what it makes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[tuple[str, tuple[int, ...], bytes], onnx.TensorProto] = {}
        self._inputs: list[onnx.ValueInfoProto] = []

    def input(self, name: str, shape: Sequence[int | str]) -> str:
        """A float32 input of the whole network."""
        made = helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
        self._inputs.append(made)
        return name

    def __call__(self, operation: str, *inputs: str | NDArray[Any], **attributes: Any) -> str:
        """An operation with one output."""
        return self._add(operation, inputs, 1, attributes)[0]

    def parts(self, x: str, count: int, axis: int) -> list[str]:
        """Cut into as many parts of one size; the last may be smaller."""
        return self._add("Split", [x], count, {"axis": axis, "num_outputs": count})

    def concat(self, *maps: str, axis: int = 3) -> str:
        """Put maps together, by default their channels."""
        return self("Concat", *maps, axis=axis)

    def spatial(
        self, operation: str, x: str, *inputs: NDArray[Any] | str, **attributes: Any
    ) -> str:
        """An operation for which ONNX wants the channels before the rows."""
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
        """Convolve; weight (out, in or 1, k, k). same: zeros around keep the size."""
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

    def mixed(self, x: str, weight: Floats, bias: Floats | None = None) -> str:
        """Mix the channels of each place: weight (out, in)."""
        product = self("MatMul", x, np.ascontiguousarray(weight.T))
        return product if bias is None else self("Add", product, bias)

    def normalised(self, x: str, scale: Floats, shift: Floats, epsilon: float) -> str:
        """Layer normalisation over the channels of each place."""
        return self("LayerNormalization", x, scale, shift, axis=-1, epsilon=epsilon)

    def gelu(self, x: str, bias: Floats | None = None) -> str:
        """GELU, by its approximation with tanh, of what comes in plus the bias."""
        return self("FastGelu", x, *([] if bias is None else [bias]))

    def model(self, **outputs: str) -> bytes:
        """The finished network; outputs by their names in it."""
        for name, made in outputs.items():
            self._nodes.append(helper.make_node("Identity", [made], [name]))
        graph = helper.make_graph(
            self._nodes,
            "matcher",
            self._inputs,
            [helper.make_tensor_value_info(o, onnx.TensorProto.FLOAT, None) for o in outputs],
            list(self._constants.values()),
        )
        versions = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_CONTRIBUTED, 1)]
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
        domain = _CONTRIBUTED if operation == "FastGelu" else ""
        node = helper.make_node(operation, given, made, name=name, domain=domain, **attributes)
        self._nodes.append(node)
        return made

    def _constant(self, value: NDArray[Any]) -> str:
        same = value.dtype.str, value.shape, value.tobytes()
        if same not in self._constants:
            name = f"constant{len(self._constants)}"
            self._constants[same] = numpy_helper.from_array(value, name)
        return str(self._constants[same].name)

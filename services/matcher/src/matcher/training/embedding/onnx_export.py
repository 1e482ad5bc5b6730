"""Writes the trained network as an ONNX file, with weights in half precision.

The names of tensors and axes are part of the file: another name gives the model another version.
"""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from matcher.training.embedding.network import HIDDEN, LOCAL, SIZE, SMALL, WORDS, Weights

_OPSET_VERSION = 17

_GRAPH = """
    both = MatMul(numbers, enter)
    deep, straight = Split(both, split) axis=-1
    biased = Add(deep, enter_bias)
    normal = LayerNormalization(biased, scale, offset) axis=-1
    hidden = Relu(normal)
    bent = MatMul(hidden, bend)
    sum = Add(straight, bent)
    moved = Add(sum, bias)
    local = LpNormalization(moved) axis=-1 p=2
    near = MatMul(local, assign)
    nearest = Add(near, assign_bias)
    belongs = Softmax(nearest) axis=-1
    noted = MatMul(hidden, gate)
    judged = Add(noted, gate_bias)
    gated = Sigmoid(judged)
    column = Unsqueeze(weight, last)
    counts = Mul(gated, column)
    share = Mul(belongs, counts)
    share_or_none = Concat(share, no_share) axis=0
    local_or_none = Concat(local, no_local) axis=0
    shares = Gather(share_or_none, place) axis=0
    locals = Gather(local_or_none, place) axis=0
    by_word = Transpose(shares) perm=0,2,1
    gathered = MatMul(by_word, locals)
    mass = ReduceSum(by_word, last) keepdims=1
    expected = Mul(mass, words)
    residual = Sub(gathered, expected)
    flat = Reshape(residual, row)
    size = Abs(flat)
    positive = Add(size, small)
    root = Sqrt(positive)
    signed = Div(flat, root)
    aggregate = LpNormalization(signed) axis=-1 p=2
    projected = MatMul(aggregate, project)
    centred = Add(projected, project_bias)
    embedding = LpNormalization(centred) axis=-1 p=2
"""
"""`network.embed` as a list of nodes, one a line: outputs = Operator(inputs) attributes."""


def write(weights: Weights, path: Path) -> None:
    """Write the network, replacing the file atomically."""
    model = _model(weights)
    onnx.checker.check_model(model, full_check=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(model.SerializeToString(deterministic=True))
    unfinished.replace(path)


def _model(weights: Weights) -> onnx.ModelProto:
    initialisers, casts = [], []
    for name, array in _constants(weights).items():
        if array.dtype == np.float16:
            initialisers.append(numpy_helper.from_array(array, f"{name}_half"))
            casts.append(helper.make_node("Cast", [f"{name}_half"], [name], to=TensorProto.FLOAT))
        else:
            initialisers.append(numpy_helper.from_array(array, name))
    nodes = [_node(line) for line in _GRAPH.strip().splitlines()]
    graph = helper.make_graph(
        casts + nodes,
        "embedding",
        [
            helper.make_tensor_value_info("numbers", TensorProto.FLOAT, ["minutiae", 680]),
            helper.make_tensor_value_info("weight", TensorProto.FLOAT, ["minutiae"]),
            helper.make_tensor_value_info("place", TensorProto.INT64, ["touches", "most"]),
        ],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["touches", SIZE])],
        initialisers,
    )
    opset = helper.make_opsetid("", _OPSET_VERSION)
    return helper.make_model(graph, opset_imports=[opset], ir_version=8, producer_name="matcher")


def _constants(weights: Weights) -> dict[str, NDArray[Any]]:
    """Return all constants of the graph by name; what is learned as float16."""
    w = Weights(*(np.asarray(array) for array in weights))
    learned = {
        "enter": np.concatenate([w.enter, w.straight], axis=1),
        "enter_bias": w.enter_bias,
        "scale": w.scale,
        "offset": w.offset,
        "bend": w.bent,
        "bias": w.bias,
        "assign": w.assign,
        "assign_bias": w.assign_bias,
        "gate": w.gate[:, None],
        "gate_bias": w.gate_bias,
        "words": w.words,
        "project": w.project,
        "project_bias": w.project_bias,
    }
    halves = {name: np.asarray(array, np.float16) for name, array in learned.items()}
    return halves | {
        "small": np.array(SMALL, np.float32),
        "no_share": np.zeros((1, WORDS), np.float32),
        "no_local": np.zeros((1, LOCAL), np.float32),
        "split": np.array([HIDDEN, LOCAL]),
        "last": np.array([-1]),
        "row": np.array([-1, WORDS * LOCAL]),
    }


def _node(line: str) -> onnx.NodeProto:
    """Parse one line of `_GRAPH`."""
    outputs, rest = line.strip().split(" = ", 1)
    operator, rest = rest.split("(", 1)
    inputs, attributes = rest.split(")")
    settings = dict(setting.split("=") for setting in attributes.split())
    values = {
        name: [int(one) for one in value.split(",")] if "," in value else int(value)
        for name, value in settings.items()
    }
    return helper.make_node(operator, inputs.split(", "), outputs.split(", "), **values)

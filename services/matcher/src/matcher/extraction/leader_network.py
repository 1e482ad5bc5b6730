"""The LEADER network, written anew for the processor from its published weights.

Cappelli, "LEADER: a lightweight end-to-end deep minutiae extractor" (pyfing, MIT licence): a U-net
finds the ridges, an attention masks what is none, a second U-net of ConvNeXt blocks (Liu et al.,
CVPR 2022) sees the minutiae, three heads say where they are, which way they run, and their kind.

Computed here is the same up to rounding, at a quarter of the cost and of the memory:

- a normalisation or GELU is one operation, where the published file has nine or eleven over maps;
- places lie before channels where channels are mixed, so that mixing is one matrix product;
- two linear layers in a row become one where that is smaller;
- what each place goes through alone comes before maps are enlarged, and strip by strip where they
  are wide, so that they stay in the cache;
- direction and kind are asked where a minutia is, not everywhere.
"""

import numpy as np

from matcher.extraction.leader_weights import Floats, Layers
from matcher.extraction.onnx_graph import Graph

STRIDE = 32
"""Sides of an image must be multiples of it."""
REACH = 4
"""How far around its cell (2 x 2 pixels) the features of a minutia are asked."""
WINDOW = 2 * REACH + 1

_LEVELS = range(4)
_EPSILON = 1e-3
_STRIPS = {"enc1_0": 8, "dec1_1": 2, "dec1_0": 4, "head_0_ibc": 8}
"""Into how many the widest maps are cut."""
_LANES = 4
"""onnxruntime filters numbers of channels that are no multiple of it at half the speed."""


def finder(layers: Layers) -> bytes:
    """Write the network that says where minutiae are, as ONNX.

    In: `image` float32 (1, h, w, 1), grey from 0 to 255.
    Out: `quality` float32 (1, h, w, 1), 0 to 1 where a minutia is and 0 elsewhere; `features`
    float32 (1, h / 2, w / 2, c), of which `describer` asks for windows.
    """
    net = _Leader(layers)
    image = net.graph.input("image", [1, "h", "w", 1])
    ridges = net.ridges(net.stem("stem0", image, "MaxPool"))
    features = net.minutiae(net.graph.concat(ridges, net.stem("stem1", image, "AveragePool")))
    quality = net.peaks(net.head("head_0", features))
    return net.graph.model(quality=quality, features=features)


def describer(layers: Layers) -> bytes:
    """Write the network that says how the minutiae found are, as ONNX.

    In: `windows` float32 (n, WINDOW, WINDOW, c), the features around the cell of each, 0 outside of
    the image; `inside` float32 (n, 3, 3, 1), 1 where the cell and its neighbours are in the image.
    Out: `direction` float32 (n, 1, 1, 8) and `ending` float32 (n, 1, 1, 4): for the upper left,
    upper right, lower left and lower right pixel of the cell the cosine and sine of the direction,
    times something, and how much speaks for a ridge ending, 0 as much as for a bifurcation.
    """
    net = _Leader(layers)
    windows = net.graph.input("windows", ["n", WINDOW, WINDOW, "c"])
    inside = net.graph.input("inside", ["n", 3, 3, 1])
    answers = {}
    for name, head, last in (
        ("direction", "head_1", "head_conv_dir"),
        ("ending", "head_2", "head_conv_typ"),
    ):
        cells = net.graph("Mul", net.head(head, windows, same=False), inside)
        answers[name] = net.graph.convolution(cells, *net.on_cells(last), same=False)
    return net.graph.model(**answers)


class _Leader:
    """Parts of the network, added to one graph."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self.graph = Graph()

    def stem(self, name: str, image: str, pool: str) -> str:
        g, layers = self.graph, self._layers
        near = g.convolution(image, *layers.kernel(f"{name}_conv"))
        far = g.convolution(image, *layers.kernel(f"{name}_dilated_conv"), dilation=2)
        return self._pool(pool, g.gelu(self._norm(f"{name}_ln", g.concat(near, far))))

    def ridges(self, x: str) -> str:
        """The first U-net, and what its attention leaves of it."""
        passed = []
        for level in _LEVELS:
            x = self._separable(f"enc0_{level}", x)
            passed.append(x)
            x = self._halved(x)
        for level in reversed(_LEVELS):
            x = self.graph.concat(
                self._enlarged(self._separable(f"dec0_{level}", x)), passed[level]
            )
        return self._attended(x)

    def minutiae(self, x: str) -> str:
        """The second U-net."""
        passed = []
        for level in _LEVELS:
            x = self._block(f"enc1_{level}", x, *self._layers.mixing(f"enc1_{level}_conv_adj"))
            passed.append(x)
            x = self._halved(x)
        for level in reversed(_LEVELS):
            x = self._block(f"dec1_{level}", x, *self._layers.mixing(f"dec1_{level}_conv_adj"))
            x = self.graph.concat(self._enlarged(x), passed[level])
        return x

    def head(self, name: str, x: str, *, same: bool = True) -> str:
        """What one head knows of each cell. same: the map keeps its size, zeros around it."""
        layers = self._layers
        narrow, narrow_bias = layers.mixing(f"{name}_ibc_conv_adj")
        first, bias = layers.mixing(f"{name}_conv1")
        x = self._block(f"{name}_ibc", x, first @ narrow, first @ narrow_bias + bias, same=same)
        weight, bias = layers.mixing(f"{name}_conv2")
        return self.graph.gelu(self.graph.mixed(self._norm(f"{name}_ln", x), weight), bias)

    def peaks(self, x: str) -> str:
        """Quality where the blurred heat is highest of all around, zero elsewhere."""
        g = self.graph
        heat = g("Sigmoid", self._unfolded(g.convolution(x, *self.on_cells("head_conv_pos"))))
        blurred = g.convolution(heat, *self._layers.kernel("nms_Gaussian_blur"))
        highest = g.spatial("MaxPool", blurred, kernel_shape=[7, 7], pads=[3] * 4)
        return g("Where", g("Equal", blurred, highest), blurred, np.zeros(1, np.float32))

    def on_cells(self, layer: str) -> tuple[Floats, Floats]:
        """A convolution that sees 5 x 5 pixels, as one that sees 3 x 3 cells of 2 x 2 like pixels.

        Its outputs are those for the four pixels of a cell, row by row.
        """
        weight, bias = self._layers.kernel(layer)
        cells = np.zeros((2, 2, *weight.shape[:2], 3, 3), np.float32)
        for row, column, down, right in np.ndindex(2, 2, 5, 5):
            place = (row + down) // 2, (column + right) // 2
            cells[row, column, :, :, place[0], place[1]] += weight[:, :, down, right]
        return cells.reshape(-1, *cells.shape[3:]), np.tile(bias, 4)

    def _separable(self, name: str, x: str) -> str:
        filtered = self._filtered(f"{name}_conv", x)
        mixed = self.graph.mixed(filtered, *self._layers.mixing(f"{name}_conv"))
        return self.graph.gelu(self._norm(f"{name}_ln", mixed))

    def _attended(self, x: str) -> str:
        g, layers = self.graph, self._layers
        around = [
            g.convolution(x, *layers.kernel(f"attention_conv_d{apart}"), dilation=apart)
            for apart in (1, 3, 6)
        ]
        attention = g.mixed(g.gelu(g.concat(*around)), *layers.mixing("attention_s"))
        return g("Mul", x, g("Sigmoid", attention))

    def _block(self, name: str, x: str, weight: Floats, bias: Floats, *, same: bool = True) -> str:
        """A block of ConvNeXt, and the mixing (weight, bias) that follows it."""
        g, layers = self.graph, self._layers
        wide, wide_bias = layers.mixing(f"{name}_conv_exp")
        back, back_bias = layers.mixing(f"{name}_conv_red")
        together = len(weight) < len(back)
        out = weight @ back if together else back

        def seen(part: str) -> str:
            return g.mixed(g.gelu(g.mixed(self._norm(f"{name}_ln", part), wide), wide_bias), out)

        filtered = self._filtered(f"{name}_depthwise_conv", x, same=same)
        strips = g.parts(filtered, _STRIPS.get(name, 1), axis=1)
        change = g.concat(*map(seen, strips), axis=1)
        x = x if same else self._middle(x)
        if together:
            return g("Add", change, g.mixed(x, weight, weight @ back_bias + bias))
        return g.mixed(g("Add", g("Add", change, back_bias), x), weight, bias)

    def _filtered(self, layer: str, x: str, *, same: bool = True) -> str:
        weight = self._layers.filters(layer)
        channels = len(weight)
        spare = -channels % _LANES
        if not spare:
            return self.graph.convolution(x, weight, by_channel=True, same=same)
        x = self.graph("Pad", x, np.array([0] * 7 + [spare]))
        weight = np.pad(weight, ((0, spare), (0, 0), (0, 0), (0, 0)))
        filtered = self.graph.convolution(x, weight, by_channel=True, same=same)
        return self.graph("Slice", filtered, np.array([0]), np.array([channels]), np.array([3]))

    def _norm(self, layer: str, x: str) -> str:
        return self.graph.normalised(x, *self._layers.norm(layer), epsilon=_EPSILON)

    def _halved(self, x: str) -> str:
        strong, mean = self.graph.parts(x, 2, axis=3)
        return self.graph.concat(self._pool("MaxPool", strong), self._pool("AveragePool", mean))

    def _pool(self, kind: str, x: str) -> str:
        return self.graph.spatial(kind, x, kernel_shape=[2, 2], strides=[2, 2])

    def _enlarged(self, x: str) -> str:
        return self.graph.spatial(
            "Resize",
            x,
            "",
            np.array([1, 1, 2, 2], np.float32),
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def _unfolded(self, x: str) -> str:
        return self.graph.spatial("DepthToSpace", x, blocksize=2)

    def _middle(self, windows: str) -> str:
        inner = np.array([REACH - 1] * 2), np.array([REACH + 2] * 2)
        return self.graph("Slice", windows, *inner, np.array([1, 2]))

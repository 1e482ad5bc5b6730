"""The LEADER network, rebuilt for fast inference on a CPU from its published weights.

Cappelli, "LEADER: a lightweight end-to-end deep minutiae extractor" (pyfing, MIT licence): a U-net
enhances the ridges, an attention layer masks the background, a second U-net of ConvNeXt blocks (Liu
et al., CVPR 2022) detects minutiae, and three heads give position, direction and kind.

The results are the same up to rounding, at a quarter of the time and of the memory, because

- a normalisation or GELU is one operation, where the published file has nine or eleven over maps;
- channels are the last axis where they are mixed, so that mixing is one matrix product;
- two linear layers in a row become one where that is smaller;
- pointwise operations precede upsampling, and run strip by strip where maps are wide, so that they
  stay in the cache;
- direction and kind are computed only where a minutia is.
"""

import numpy as np

from matcher.extraction.leader_weights import Floats, Layers
from matcher.extraction.onnx_graph import Graph

STRIDE = 32
"""Width and height of an image must be multiples of it."""
WINDOW_RADIUS = 4
"""Cells (2 x 2 pixels) around a minutia whose features determine its direction and kind."""
WINDOW = 2 * WINDOW_RADIUS + 1

_LEVELS = range(4)
_EPSILON = 1e-3
_STRIPS = {"enc1_0": 8, "dec1_1": 2, "dec1_0": 4, "head_0_ibc": 8}
"""Number of strips into which the widest maps are cut."""
_LANES = 4
"""onnxruntime filters at half the speed if the number of channels is not a multiple of it."""


def detection_network(layers: Layers) -> bytes:
    """Return the network that locates minutiae, in ONNX format.

    Input: `image` float32 (1, h, w, 1), grey from 0 to 255.
    Outputs: `quality` float32 (1, h, w, 1), 0 to 1 at a minutia and 0 elsewhere; `features` float32
    (1, h / 2, w / 2, c), windows of which are the input of `attribute_network`.
    """
    net = _Leader(layers)
    image = net.graph.input("image", [1, "h", "w", 1])
    ridges = net.ridges(net.stem("stem0", image, "MaxPool"))
    features = net.minutiae(net.graph.concat(ridges, net.stem("stem1", image, "AveragePool")))
    quality = net.peaks(net.head("head_0", features))
    return net.graph.model(quality=quality, features=features)


def attribute_network(layers: Layers) -> bytes:
    """Return the network that gives direction and kind of located minutiae, in ONNX format.

    Inputs: `windows` float32 (n, WINDOW, WINDOW, c), the features around the cell of each, 0
    outside the image; `inside` float32 (n, 3, 3, 1), 1 where the cell and its neighbours lie in the
    image. Outputs, for the upper left, upper right, lower left and lower right pixel of the cell:
    `direction` float32 (n, 1, 1, 8), cosine and sine up to a positive factor, and `ending` float32
    (n, 1, 1, 4), the log-odds of a ridge ending against a bifurcation.
    """
    net = _Leader(layers)
    windows = net.graph.input("windows", ["n", WINDOW, WINDOW, "c"])
    inside = net.graph.input("inside", ["n", 3, 3, 1])
    outputs = {}
    for name, head, last in (
        ("direction", "head_1", "head_conv_dir"),
        ("ending", "head_2", "head_conv_typ"),
    ):
        cells = net.graph("Mul", net.head(head, windows, same=False), inside)
        outputs[name] = net.graph.convolution(cells, *net.convolution_on_cells(last), same=False)
    return net.graph.model(**outputs)


class _Leader:
    """Adds the parts of the network to one graph."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers
        self.graph = Graph()

    def stem(self, name: str, image: str, pool: str) -> str:
        """Add the first convolutions of an image."""
        g, layers = self.graph, self._layers
        near = g.convolution(image, *layers.kernel(f"{name}_conv"))
        far = g.convolution(image, *layers.kernel(f"{name}_dilated_conv"), dilation=2)
        return self._pool(pool, g.gelu(self._norm(f"{name}_ln", g.concat(near, far))))

    def ridges(self, x: str) -> str:
        """Add the first U-net, masked by its attention layer."""
        skip_connections = []
        for level in _LEVELS:
            x = self._separable(f"enc0_{level}", x)
            skip_connections.append(x)
            x = self._downsampled(x)
        for level in reversed(_LEVELS):
            x = self.graph.concat(
                self._upsampled(self._separable(f"dec0_{level}", x)), skip_connections[level]
            )
        return self._with_attention(x)

    def minutiae(self, x: str) -> str:
        """Add the second U-net."""
        skip_connections = []
        for level in _LEVELS:
            x = self._block(f"enc1_{level}", x, *self._layers.pointwise(f"enc1_{level}_conv_adj"))
            skip_connections.append(x)
            x = self._downsampled(x)
        for level in reversed(_LEVELS):
            x = self._block(f"dec1_{level}", x, *self._layers.pointwise(f"dec1_{level}_conv_adj"))
            x = self.graph.concat(self._upsampled(x), skip_connections[level])
        return x

    def head(self, name: str, x: str, *, same: bool = True) -> str:
        """Add the layers of one head. same: pad with zeros, so that the map keeps its size."""
        layers = self._layers
        narrow, narrow_bias = layers.pointwise(f"{name}_ibc_conv_adj")
        first, bias = layers.pointwise(f"{name}_conv1")
        x = self._block(f"{name}_ibc", x, first @ narrow, first @ narrow_bias + bias, same=same)
        weight, bias = layers.pointwise(f"{name}_conv2")
        return self.graph.gelu(self.graph.pointwise(self._norm(f"{name}_ln", x), weight), bias)

    def peaks(self, x: str) -> str:
        """Add non-maximum suppression: quality at maxima of a blurred heat map, zero elsewhere."""
        g = self.graph
        heat = g(
            "Sigmoid",
            self._cells_to_pixels(g.convolution(x, *self.convolution_on_cells("head_conv_pos"))),
        )
        blurred = g.convolution(heat, *self._layers.kernel("nms_Gaussian_blur"))
        highest = g.spatial("MaxPool", blurred, kernel_shape=[7, 7], pads=[3] * 4)
        return g("Where", g("Equal", blurred, highest), blurred, np.zeros(1, np.float32))

    def convolution_on_cells(self, layer: str) -> tuple[Floats, Floats]:
        """Return a convolution of 5 x 5 pixels as one of 3 x 3 cells of 2 x 2 equal pixels.

        Its outputs are those of the four pixels of a cell, row by row.
        """
        weight, bias = self._layers.kernel(layer)
        cells = np.zeros((2, 2, *weight.shape[:2], 3, 3), np.float32)
        for row, column, down, right in np.ndindex(2, 2, 5, 5):
            cell = (row + down) // 2, (column + right) // 2
            cells[row, column, :, :, cell[0], cell[1]] += weight[:, :, down, right]
        return cells.reshape(-1, *cells.shape[3:]), np.tile(bias, 4)

    def _separable(self, name: str, x: str) -> str:
        filtered = self._depthwise(f"{name}_conv", x)
        mixed = self.graph.pointwise(filtered, *self._layers.pointwise(f"{name}_conv"))
        return self.graph.gelu(self._norm(f"{name}_ln", mixed))

    def _with_attention(self, x: str) -> str:
        g, layers = self.graph, self._layers
        dilated = [
            g.convolution(x, *layers.kernel(f"attention_conv_d{apart}"), dilation=apart)
            for apart in (1, 3, 6)
        ]
        attention = g.pointwise(g.gelu(g.concat(*dilated)), *layers.pointwise("attention_s"))
        return g("Mul", x, g("Sigmoid", attention))

    def _block(self, name: str, x: str, weight: Floats, bias: Floats, *, same: bool = True) -> str:
        """Add a ConvNeXt block and the pointwise convolution (weight, bias) that follows it."""
        g, layers = self.graph, self._layers
        wide, wide_bias = layers.pointwise(f"{name}_conv_exp")
        back, back_bias = layers.pointwise(f"{name}_conv_red")
        merged = len(weight) < len(back)  # two linear layers become one where that is smaller
        out = weight @ back if merged else back

        def pointwise(part: str) -> str:
            widened = g.pointwise(self._norm(f"{name}_ln", part), wide)
            return g.pointwise(g.gelu(widened, wide_bias), out)

        filtered = self._depthwise(f"{name}_depthwise_conv", x, same=same)
        strips = g.split(filtered, _STRIPS.get(name, 1), axis=1)
        change = g.concat(*map(pointwise, strips), axis=1)
        x = x if same else self._centre(x)
        if merged:
            return g("Add", change, g.pointwise(x, weight, weight @ back_bias + bias))
        return g.pointwise(g("Add", g("Add", change, back_bias), x), weight, bias)

    def _depthwise(self, layer: str, x: str, *, same: bool = True) -> str:
        weight = self._layers.depthwise(layer)
        channels = len(weight)
        spare = -channels % _LANES
        if not spare:
            return self.graph.convolution(x, weight, by_channel=True, same=same)
        x = self.graph("Pad", x, np.array([0] * 7 + [spare]))
        weight = np.pad(weight, ((0, spare), (0, 0), (0, 0), (0, 0)))
        filtered = self.graph.convolution(x, weight, by_channel=True, same=same)
        return self.graph("Slice", filtered, np.array([0]), np.array([channels]), np.array([3]))

    def _norm(self, layer: str, x: str) -> str:
        return self.graph.layer_norm(x, *self._layers.norm(layer), epsilon=_EPSILON)

    def _downsampled(self, x: str) -> str:
        strong, mean = self.graph.split(x, 2, axis=3)
        return self.graph.concat(self._pool("MaxPool", strong), self._pool("AveragePool", mean))

    def _pool(self, kind: str, x: str) -> str:
        return self.graph.spatial(kind, x, kernel_shape=[2, 2], strides=[2, 2])

    def _upsampled(self, x: str) -> str:
        return self.graph.spatial(
            "Resize",
            x,
            "",
            np.array([1, 1, 2, 2], np.float32),
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        )

    def _cells_to_pixels(self, x: str) -> str:
        return self.graph.spatial("DepthToSpace", x, blocksize=2)

    def _centre(self, windows: str) -> str:
        inner = np.array([WINDOW_RADIUS - 1] * 2), np.array([WINDOW_RADIUS + 2] * 2)
        return self.graph("Slice", windows, *inner, np.array([1, 2]))

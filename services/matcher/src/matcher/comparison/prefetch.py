"""Tells the processor what a kernel reads next, so that it does not wait for memory then.

Processors fetch ahead by themselves only within a page, and only what lies end to end.
"""

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir  # type: ignore[import-untyped, unused-ignore]
from numba import types  # type: ignore[import-untyped, unused-ignore]
from numba.core import cgutils  # type: ignore[import-untyped, unused-ignore]
from numba.extending import intrinsic  # type: ignore[import-untyped, unused-ignore]

WORDS_PER_LINE = 8
"""Words of 64 bits that are fetched at once: a line of the cache."""
_READ, _KEEP, _DATA = 0, 3, 1
"""What LLVM's `prefetch` is told: fetched to be read, into all caches, and no instructions."""


@cast(Callable[[Any], Any], intrinsic)
def prefetch(_typing: Any, array: Any, place: Any) -> Any:
    """Fetch the line of an element of an array that lies in C order; for kernels only.

    place: of the element if the array had one axis, 0 or more; past the end it does nothing.
    """
    del place

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        rows = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        function = cast(Any, cgutils).get_or_insert_function(
            builder.module,
            ir.FunctionType(ir.VoidType(), [byte, number, number, number]),
            "llvm.prefetch.p0i8",
        )
        address = builder.bitcast(builder.gep(rows.data, [arguments[1]]), byte)
        builder.call(function, [address, number(_READ), number(_KEEP), number(_DATA)])
        return context.get_dummy_value()

    return types.void(array, types.uint64), code

"""What a method of linking gives."""

from dataclasses import dataclass

from interop.linking.frequencies import Floats


@dataclass(frozen=True, eq=False, slots=True)
class Linked:
    """For each point of the source scale its value on the target scale, and the standard error.

    Both are in steps of the target, counted from its lowest point. Nothing is rounded or held in
    the scale. `degrees` are those of presmoothing, `bandwidths` those of kernels: source, target.
    """

    values: Floats
    errors: Floats
    degrees: tuple[int, int] | None = None
    bandwidths: tuple[float, float] | None = None

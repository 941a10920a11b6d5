"""What a case is: one op on constant operands, and the results it must give."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Callable

from oracle import FORMATS, Granularity, Shape, Storage, element_count
from oracle_floats import FLOAT_STORAGES, FloatStorage


@dataclass(frozen=True)
class TensorType:
    """A static shape, and which of its dimensions the IR leaves dynamic."""

    shape: Shape
    element: str
    dynamic: tuple[bool, ...] = ()

    def __post_init__(self) -> None:
        if not self.dynamic:
            object.__setattr__(self, "dynamic", (False,) * len(self.shape))
        assert len(self.dynamic) == len(self.shape)

    @property
    def is_static(self) -> bool:
        return not any(self.dynamic)

    @property
    def count(self) -> int:
        return element_count(self.shape)

    @property
    def is_float(self) -> bool:
        return self.element in FORMATS or self.element in FLOAT_STORAGES

    @property
    def width(self) -> int:
        if self.is_float:
            return (FORMATS | FLOAT_STORAGES)[self.element].width
        return int(self.element[1:])

    def as_static(self) -> "TensorType":
        return TensorType(self.shape, self.element)

    def flattened(self) -> "TensorType":
        return TensorType((self.count,), self.element)

    def __str__(self) -> str:
        sizes = [
            "?" if dynamic else str(size)
            for size, dynamic in zip(self.shape, self.dynamic)
        ]
        return f"tensor<{'x'.join(sizes + [self.element])}>"


@dataclass(frozen=True)
class Operand:
    name: str
    type: TensorType
    bits: list[int]

    def __post_init__(self) -> None:
        assert len(self.bits) == self.type.count


@dataclass
class Case:
    number: int
    op: str
    description: str
    operands: list[Operand]
    clauses: str
    results: list[TensorType]
    valid: bool
    compute: Callable[[], list[list[int]]]
    position: tuple[int, ...] = ()
    # Instead of the one op: its lines, and which of its values are the results.
    program: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)

    @cached_property
    def expected(self) -> list[list[int]]:
        """Late, because counting and listing do not need it and it is slow."""
        expected = self.compute()
        counts = [len(bits) for bits in expected]
        assert counts == [result.count for result in self.results]
        return expected

    @property
    def checked_elements(self) -> int:
        return sum(result.count for result in self.results)


@dataclass(frozen=True)
class Layout:
    shape: Shape
    granularity: Granularity

    def __str__(self) -> str:
        sizes = "x".join(map(str, self.shape)) or "scalar"
        if self.granularity.axis is not None:
            return f"{sizes} axis {self.granularity.axis}"
        if self.granularity.block_sizes is not None:
            return f"{sizes} blocks {list(self.granularity.block_sizes)}"
        return f"{sizes} per-tensor"

    @property
    def clause(self) -> str:
        if self.granularity.axis is not None:
            return f" axis = {self.granularity.axis}"
        if self.granularity.block_sizes is not None:
            return f" block_sizes = {list(self.granularity.block_sizes)}"
        return ""


@dataclass(frozen=True)
class Plan:
    """The choices that define a case, before any data is drawn.

    Fields that an op has no use for keep their defaults. `parameters` is
    ordinary, extreme (unusual but legal scales) or bad (scales and zero points
    that only have a meaning at run time); or one: one unusual or bad scale among
    ordinary ones. `data` names the kind of input of
    choose_qparams.
    """

    layout: Layout
    storage: str
    asymmetric: bool
    value: str = "f32"
    scale: str = "f32"
    division: str = "exact"
    rounding: str = "half_even"
    precision: str = ""
    saturate: bool = True
    dynamic: str = "static"
    parameters: str = "ordinary"
    data: str = "mixed"
    scale_storage: str = ""
    storage_in: str = "i32"
    zero_point_in: bool = False
    axis_in: bool = True
    scale_out: str = "f32"
    axis_out: bool = True
    rounding_mode: str = "double_round"
    axis_zero_point_in: bool = True

    @property
    def parsed_storage(self) -> Storage | FloatStorage:
        return Storage.parse(self.storage)

    def dynamic_dims(self) -> tuple[bool, ...]:
        rank = len(self.layout.shape)
        wanted = {
            "static": [],
            "first": [0],
            "last": [rank - 1],
            "all": range(rank),
        }[self.dynamic]
        return tuple(dim in wanted for dim in range(rank))


def parameter_type(
    layout: Layout, granularity: Granularity, dims: tuple[bool, ...], element: str
) -> TensorType:
    """A parameter's dimension is dynamic exactly where the input's is."""
    shape = granularity.parameter_shape(layout.shape)
    if granularity.axis is not None:
        return TensorType(shape, element, (dims[granularity.axis],))
    return TensorType(shape, element, dims if shape else ())

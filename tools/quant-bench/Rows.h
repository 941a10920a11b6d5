//===- Rows.h - What there is to time ---------------------------*- C++ -*-===//

#ifndef QUANT_BENCH_ROWS_H
#define QUANT_BENCH_ROWS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/ErrorHandling.h"

#include <cstdint>
#include <string>
#include <vector>

namespace quant_bench {

enum class RowOp {
  Quantize,
  Dequantize,
  Dynamic,
  FakeQuantize,
  /// A bias of each column is added, and what is below 0 becomes 0, first.
  BiasReluQuantize,
  /// The same with gelu in the place of relu: x/2 * (1 + erf(x / sqrt(2))).
  BiasGeluQuantize,
  /// A tensor of the same shape is added afterwards.
  DequantizeAdd
};
enum class ValueType { F32, F16, BF16 };
enum class Storage { I8, U8, I16, I4 };
/// Along which dimension scales differ; inner-3 and inner-7 are that small, and
/// the dimensions within that of middle-49 are.
enum class Granularity {
  PerTensor,
  AxisOuter,
  AxisMiddle,
  AxisMiddle49,
  AxisInner,
  AxisInner3,
  AxisInner7,
  Block32,
  Block128
};
enum class Division { Exact, Reciprocal };
enum class Shape { Static, Dynamic };

/// Parameters differ along the middle of (outer, channels, inner), row-major,
/// or, where `block` is not 0, along outer and each `block` of channels.
struct Geometry {
  std::vector<int64_t> dimensions;
  int64_t outer = 1, channels = 1, inner = 1;
  int64_t block = 0;

  int64_t elements() const { return outer * channels * inner; }
  int64_t parameters() const;
};

/// One thing to time.
struct Row {
  RowOp op = RowOp::Quantize;
  ValueType value = ValueType::F32;
  Storage storage = Storage::I8;
  Granularity granularity = Granularity::PerTensor;
  Division division = Division::Exact;
  Shape shape = Shape::Static;
  Geometry geometry;
  /// Of each contestant.
  unsigned threads = 1;
  /// Timed unless asked for less or more.
  bool isDefault = false;

  /// As in `quantize/f32/i8/per-tensor/exact/static/98304`.
  std::string name() const;
  /// The name without the size.
  std::string kind() const;
  /// What to call it among rows of different numbers of threads.
  std::string label() const;

  /// Signed storages are symmetric, as weights are; the unsigned one is not.
  bool hasZeroPoint() const { return storage == Storage::U8; }
  /// Has integers as results; else floats.
  bool makesIntegers() const {
    return op == RowOp::Quantize || op == RowOp::Dynamic ||
           op == RowOp::BiasReluQuantize || op == RowOp::BiasGeluQuantize;
  }
  /// Ours is compiled with approximate-math, and a result may be an integer
  /// beside the one that libm's functions give.
  bool isApproximate() const { return op == RowOp::BiasGeluQuantize; }
  bool readsIntegers() const {
    return op == RowOp::Dequantize || op == RowOp::DequantizeAdd;
  }
  /// Of what is added: nothing, a row, or a tensor like the result.
  std::vector<int64_t> addendDimensions() const;
  int64_t bytesOfAddend() const;
  /// Of the tensor operand and of the tensor result.
  int64_t bytesIn() const;
  int64_t bytesOut() const;
  int64_t bytesOfScales() const { return geometry.parameters() * 4; }
  int64_t bytesOfZeroPoints() const {
    return hasZeroPoint() ? geometry.parameters() : 0;
  }
  /// Each byte once, though an op may have to read some twice.
  int64_t bytes() const {
    return bytesIn() + bytesOut() + bytesOfScales() + bytesOfZeroPoints() +
           bytesOfAddend();
  }
};

llvm::StringRef toString(RowOp op);
llvm::StringRef toString(ValueType value);
llvm::StringRef toString(Storage storage);
llvm::StringRef toString(Granularity granularity);
llvm::StringRef toString(Division division);
llvm::StringRef toString(Shape shape);

unsigned getBits(ValueType value);
unsigned getBits(Storage storage);
int64_t getMin(Storage storage);
int64_t getMax(Storage storage);

/// The elements of `l1`, `l2`, `l3`, `memory`, `tail`, or a number. Fails after
/// a message.
mlir::FailureOr<int64_t> parseSize(llvm::StringRef size);

/// Every row in these sizes and with these numbers of threads. No sizes: those
/// of the table.
std::vector<Row> makeRows(llvm::ArrayRef<int64_t> sizes,
                          llvm::ArrayRef<unsigned> threads);

} // namespace quant_bench

#endif // QUANT_BENCH_ROWS_H

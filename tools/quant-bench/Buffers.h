//===- Buffers.h - Memory that everything is timed on -----------*- C++ -*-===//

#ifndef QUANT_BENCH_BUFFERS_H
#define QUANT_BENCH_BUFFERS_H

#include "Rows.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace quant_bench {

/// Memory aligned to huge pages and asked for in them, touched.
class Buffer {
public:
  explicit Buffer(int64_t bytes);
  ~Buffer();
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;

  template <typename T>
  T *as() const {
    return static_cast<T *>(data);
  }
  int64_t bytes() const { return size; }
  /// How much of it the system put on huge pages.
  int64_t bytesOnHugePages() const;

private:
  void *data = nullptr;
  int64_t size = 0;
};

/// What an op writes. Scales and zero points are among it only if it chooses
/// them.
struct Results {
  explicit Results(const std::vector<Row> &rows);

  Buffer output, scales, zeroPoints;
};

/// What all contestants read and write, large enough for each of the rows.
struct Buffers {
  explicit Buffers(const std::vector<Row> &rows);

  Buffer input, addend, scales, zeroPoints;
  Results results;
  /// What the plain loop writes: the results to expect.
  Results wanted;

  /// As in `72 of 72 MiB on huge pages`.
  std::string describePages() const;

  /// Where an op finds the parameters, or puts those that it chooses.
  float *getScales(const Row &row, const Results &results) const {
    return (row.op == RowOp::Dynamic ? results.scales : scales).as<float>();
  }
  int8_t *getZeroPoints(const Row &row, const Results &results) const {
    return (row.op == RowOp::Dynamic ? results.zeroPoints : zeroPoints)
        .as<int8_t>();
  }
};

/// Converts a number to data[index] of this type.
void storeFloat(ValueType value, float number, void *data, int64_t index);

/// data[index] of this type.
float loadFloat(ValueType value, const void *data, int64_t index);

/// Fills the operands: numbers in range, ties, out of range; infinities and
/// NaN, but not where they decide the range. The same for every run.
void fillOperands(const Row &row, Buffers &buffers);

} // namespace quant_bench

#endif // QUANT_BENCH_BUFFERS_H

//===- CSource.h - The plain loops, in C ------------------------*- C++ -*-===//

#ifndef QUANT_BENCH_CSOURCE_H
#define QUANT_BENCH_CSOURCE_H

#include "Rows.h"

#include <string>

namespace quant_bench {

/// The loop of a row: all that differ only in size or shape share it.
std::string getLoopName(const Row &row, Division division);

/// The loop that reads and writes as much, with stores of the usual kind or
/// such that bypass the caches.
std::string getLimitName(const Row &row, bool isNonTemporal);

/// The loop that only reads.
std::string getReadLimitName(const Row &row);

/// A translation unit with the loops of all these rows.
std::string makeCSource(const std::vector<Row> &rows);

/// What loops are called through. `scales` and `zeroPoints` are read, or, of an
/// op that chooses them, written.
using Loop = void (*)(const void *in, const void *addend, float *scales,
                      int8_t *zeroPoints, void *out, int64_t outer,
                      int64_t channels, int64_t inner, int64_t block);

/// Reads and writes in the proportion that its name says, `count` times.
using LimitLoop = void (*)(const void *in, void *out, int64_t count);

/// Bytes that a limit's loop reads or writes each time.
struct LimitStep {
  int64_t read, written;
};
/// `vectorBytes` is what the translation unit says in `vector_bytes`.
LimitStep getLimitStep(const Row &row, int64_t vectorBytes);

} // namespace quant_bench

#endif // QUANT_BENCH_CSOURCE_H

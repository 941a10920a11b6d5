//===- MatmulReport.h - What was measured of products -----------*- C++ -*-===//

#ifndef QUANT_BENCH_MATMULREPORT_H
#define QUANT_BENCH_MATMULREPORT_H

#include "Matmul.h"

namespace quant_bench {

/// The figures of one row, in GOPS.
struct MatmulRecord {
  MatmulRow row;
  Figure ours;
  std::vector<Figure> peers;
  /// Of the same peers, on f32: what integers are faster than.
  std::vector<Figure> floats;
  std::vector<Figure> limits;

  const Figure *getPeer(llvm::StringRef name) const;
  /// That of reading where there is one, else the first; null for none.
  const Figure *getLimit() const;
};

void printMatmulHeading(llvm::raw_ostream &os);
void print(llvm::raw_ostream &os, const MatmulRecord &record);
void printJSON(llvm::raw_ostream &os, llvm::ArrayRef<MatmulRecord> records,
               const MatmulOptions &options,
               llvm::ArrayRef<std::pair<std::string, std::string>> versions);

} // namespace quant_bench

#endif // QUANT_BENCH_MATMULREPORT_H

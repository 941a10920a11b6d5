//===- Report.h - What was measured, for eyes and machines ------*- C++ -*-===//

#ifndef QUANT_BENCH_REPORT_H
#define QUANT_BENCH_REPORT_H

#include "Measure.h"
#include "Rows.h"

#include "llvm/Support/raw_ostream.h"

#include <optional>
#include <string>
#include <vector>

namespace quant_bench {

/// The figures of one row.
struct Record {
  Row row;
  std::string compilerFlags;
  Figure ours;
  std::vector<Figure> peers;
  /// With each kind of store.
  std::vector<Figure> limits;
  /// That with the kind of store that ours has.
  std::string limitName;

  /// The figure of a peer; none if it did not take part.
  const Figure *getPeer(llvm::StringRef name) const;
  const Figure &getBestPeer() const;
  const Figure &getLimit() const;
};

/// What is true of all rows.
struct Setting {
  std::string pages, cpu, target;
  /// Of libraries that were found, by their names.
  std::vector<std::pair<std::string, std::string>> versions;
};

/// Everything that can take part, in the order of columns and legends.
llvm::ArrayRef<llvm::StringRef> getPeerNames();

/// A line of the table, with a heading before the first, and a column for each
/// of these peers.
class Table {
public:
  Table(llvm::raw_ostream &os, size_t widthOfNames,
        std::vector<llvm::StringRef> peers)
      : os(os), widthOfNames(widthOfNames), peers(std::move(peers)) {}
  void printHeading();
  void print(const Record &record);

private:
  llvm::raw_ostream &os;
  size_t widthOfNames;
  std::vector<llvm::StringRef> peers;
};

void printJSON(llvm::raw_ostream &os, llvm::ArrayRef<Record> records,
               const Setting &setting);

/// GB/s against size: a panel for each kind of row, in it a line for each
/// contestant.
void printPlot(llvm::raw_ostream &os, llvm::ArrayRef<Record> records);

} // namespace quant_bench

#endif // QUANT_BENCH_REPORT_H

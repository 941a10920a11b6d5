//===- Figures.h - What reports share of figures ----------------*- C++ -*-===//

#ifndef QUANT_BENCH_FIGURES_H
#define QUANT_BENCH_FIGURES_H

#include "Measure.h"

#include "llvm/Support/JSON.h"

#include <string>

namespace quant_bench {

/// The figure of that name; null where there is none.
const Figure *findFigure(llvm::ArrayRef<Figure> figures, llvm::StringRef name);

/// That with the highest median; null where there is none.
const Figure *getBest(llvm::ArrayRef<Figure> figures);

/// As "(least..most)".
std::string getSpreadText(const Figure &figure);

/// An attribute `name`: an object with the median of each figure.
void printMedians(llvm::json::OStream &json, llvm::StringRef name,
                  llvm::ArrayRef<Figure> figures);

/// An attribute for each figure, under its name and `suffix`: the array of its
/// least and its most.
void printSpreads(llvm::json::OStream &json, llvm::ArrayRef<Figure> figures,
                  llvm::StringRef suffix = "");

} // namespace quant_bench

#endif // QUANT_BENCH_FIGURES_H

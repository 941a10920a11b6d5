//===- Figures.cpp - What reports share of figures ------------------------===//

#include "Figures.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quant_bench;

const Figure *quant_bench::findFigure(ArrayRef<Figure> figures,
                                      StringRef name) {
  const auto *found = llvm::find_if(
      figures, [&](const Figure &figure) { return figure.name == name; });
  return found == figures.end() ? nullptr : found;
}

const Figure *quant_bench::getBest(ArrayRef<Figure> figures) {
  if (figures.empty())
    return nullptr;
  return llvm::max_element(figures, [](const Figure &a, const Figure &b) {
    return a.median < b.median;
  });
}

std::string quant_bench::getSpreadText(const Figure &figure) {
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format("(%.1f..%.1f)", figure.least, figure.most);
  return text;
}

void quant_bench::printMedians(llvm::json::OStream &json, StringRef name,
                               ArrayRef<Figure> figures) {
  json.attributeObject(name, [&] {
    for (const Figure &figure : figures)
      json.attribute(figure.name, figure.median);
  });
}

void quant_bench::printSpreads(llvm::json::OStream &json,
                               ArrayRef<Figure> figures, StringRef suffix) {
  for (const Figure &figure : figures)
    json.attributeArray(figure.name + suffix.str(), [&] {
      json.value(figure.least);
      json.value(figure.most);
    });
}

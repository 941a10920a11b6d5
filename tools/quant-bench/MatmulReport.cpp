//===- MatmulReport.cpp - What was measured of products -------------------===//

#include "MatmulReport.h"
#include "Figures.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;
using namespace quant_bench;

static constexpr StringRef kColumns[] = {"onnxruntime", "xnnpack", "onednn"};

const Figure *MatmulRecord::getPeer(StringRef name) const {
  return findFigure(peers, name);
}

const Figure *MatmulRecord::getLimit() const {
  const Figure *best = nullptr;
  for (const Figure &limit : limits)
    if (StringRef(limit.name).starts_with("read") &&
        (!best || limit.median > best->median))
      best = &limit;
  return best || limits.empty() ? best : &limits.front();
}

void quant_bench::printMatmulHeading(raw_ostream &os) {
  os << "10^9 multiplications and additions a second: median (least..most)\n"
     << llvm::left_justify("row", 38) << llvm::right_justify("ours", 9) << "  "
     << llvm::left_justify("spread", 17);
  for (StringRef name : kColumns)
    os << llvm::right_justify(name, 13);
  os << llvm::right_justify("f32", 9) << llvm::right_justify("limit", 9)
     << "  its name  ours/best peer  ours/f32  ours/limit\n";
}

void quant_bench::print(raw_ostream &os, const MatmulRecord &record) {
  const Figure &ours = record.ours;
  os << llvm::left_justify(record.row.name(), 38)
     << llvm::format("%9.1f", ours.median) << "  "
     << llvm::left_justify(getSpreadText(ours), 17);
  auto printFigure = [&](const Figure *figure, unsigned width) {
    std::string text = "-";
    if (figure) {
      text.clear();
      llvm::raw_string_ostream(text) << llvm::format("%.1f", figure->median);
    }
    os << llvm::right_justify(text, width);
  };
  auto printRatio = [&](const Figure *other, unsigned width) {
    std::string text = "-";
    if (other) {
      text.clear();
      llvm::raw_string_ostream(text)
          << llvm::format("%.2f", ours.median / other->median);
    }
    os << llvm::right_justify(text, width);
  };
  for (StringRef name : kColumns)
    printFigure(record.getPeer(name), 13);
  const Figure *limit = record.getLimit(), *best = getBest(record.peers),
               *bestFloat = getBest(record.floats);
  printFigure(bestFloat, 9);
  printFigure(limit, 9);
  os << llvm::right_justify(limit ? limit->name : "-", 10);
  printRatio(best, 16);
  printRatio(bestFloat, 10);
  printRatio(limit, 12);
  os << "\n";
  os.flush();
}

void quant_bench::printJSON(
    raw_ostream &os, ArrayRef<MatmulRecord> records,
    const MatmulOptions &options,
    ArrayRef<std::pair<std::string, std::string>> versions) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.array([&] {
    for (const MatmulRecord &record : records)
      json.object([&] {
        json.attribute("row", record.row.name());
        json.attribute("threads", record.row.threads);
        json.attribute("ours", record.ours.median);
        json.attribute("unit", "GOPS");
        printMedians(json, "peers", record.peers);
        printMedians(json, "floats", record.floats);
        if (const Figure *limit = record.getLimit()) {
          json.attribute("limit", limit->median);
          json.attribute("limit_name", limit->name);
        }
        printMedians(json, "limits", record.limits);
        json.attributeObject("spread", [&] {
          printSpreads(json, record.ours);
          printSpreads(json, record.peers);
          printSpreads(json, record.floats, "-f32");
          printSpreads(json, record.limits);
        });
        json.attribute("operations", record.row.operations());
        json.attribute("compiler_flags",
                       getFlagsOfMatmul(record.row, options.target));
        json.attribute("target", options.target);
        json.attribute("cpu", llvm::sys::getHostCPUName());
        for (const auto &[name, version] : versions)
          json.attribute(name + "_version", version);
      });
  });
  os << "\n";
}

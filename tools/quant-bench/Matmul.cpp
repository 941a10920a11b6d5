//===- Matmul.cpp - Products of 8-bit matrices beside libraries -----------===//

#include "Matmul.h"

#include "OutputFile.h"
#include "Peer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include <cstring>

using namespace mlir;
using namespace quant_bench;

namespace {
/// The figures of one row, of which the first is ours.
struct Measured {
  MatmulRow row;
  std::vector<Figure> figures;

  const Figure *get(StringRef name) const {
    auto found = llvm::find_if(
        figures, [&](const Figure &figure) { return figure.name == name; });
    return found == figures.end() ? nullptr : &*found;
  }
};
} // namespace

static constexpr StringRef kColumns[] = {"ours", "onnxruntime", "onednn",
                                         "peak"};

/// Bit for bit: nothing here rounds in more than one way.
static LogicalResult check(const MatmulRow &row, const Contestant &contestant,
                           const MatmulBuffers &buffers, bool perturb) {
  // What is not written must not be taken from another contestant.
  auto *result = buffers.result.as<uint8_t>();
  std::memset(result, 0x5a, row.bytesOut());
  contestant.run();
  if (perturb)
    result[row.bytesOut() / 2] ^= 1;
  const auto *wanted = buffers.wanted.as<uint8_t>();
  int64_t width = row.bytesOut() / (row.m * row.n);
  for (int64_t i = 0; i < row.m * row.n; ++i) {
    if (std::memcmp(result + i * width, wanted + i * width, width) == 0)
      continue;
    auto print = [&](const uint8_t *data) {
      return width == 1 ? int32_t(reinterpret_cast<const int8_t *>(data)[i])
                        : reinterpret_cast<const int32_t *>(data)[i];
    };
    llvm::errs() << "error: " << row.name() << ": " << contestant.name
                 << " gives " << print(result) << " for row " << i / row.n
                 << ", column " << i % row.n << ", expected " << print(wanted)
                 << "\n";
    return failure();
  }
  return success();
}

static void printHeading(raw_ostream &os) {
  os << "10^9 multiplications and additions a second: median (least..most)\n"
     << llvm::left_justify("row", 34) << llvm::right_justify("ours", 9) << "  "
     << llvm::left_justify("spread", 17);
  for (StringRef name : ArrayRef(kColumns).drop_front())
    os << llvm::right_justify(name, 13);
  os << "  ours/best peer  ours/peak\n";
}

static void print(raw_ostream &os, const Measured &measured) {
  const Figure &ours = measured.figures.front();
  std::string spread;
  llvm::raw_string_ostream(spread)
      << llvm::format("(%.1f..%.1f)", ours.least, ours.most);
  os << llvm::left_justify(measured.row.name(), 34)
     << llvm::format("%9.1f", ours.median) << "  "
     << llvm::left_justify(spread, 17);
  double best = 0;
  for (StringRef name : ArrayRef(kColumns).drop_front()) {
    const Figure *figure = measured.get(name);
    if (!figure) {
      os << llvm::right_justify("-", 13);
      continue;
    }
    os << llvm::format("%13.1f", figure->median);
    if (name != "peak")
      best = std::max(best, figure->median);
  }
  auto printRatio = [&](double other, unsigned width) {
    std::string text = "-";
    if (other > 0) {
      text.clear();
      llvm::raw_string_ostream(text)
          << llvm::format("%.2f", ours.median / other);
    }
    os << llvm::right_justify(text, width);
  };
  printRatio(best, 16);
  const Figure *peak = measured.get("peak");
  printRatio(peak ? peak->median : 0, 11);
  os << "\n";
  os.flush();
}

static void printJSON(raw_ostream &os, ArrayRef<Measured> records,
                      const MatmulOptions &options,
                      ArrayRef<std::pair<std::string, std::string>> versions) {
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.array([&] {
    for (const Measured &record : records)
      json.object([&] {
        json.attribute("row", record.row.name());
        json.attribute("threads", record.row.threads);
        json.attribute("unit", "GOPS");
        json.attribute("ours", record.figures.front().median);
        json.attributeObject("peers", [&] {
          for (const Figure &figure : ArrayRef(record.figures).drop_front())
            if (figure.name != "peak")
              json.attribute(figure.name, figure.median);
        });
        if (const Figure *peak = record.get("peak"))
          json.attribute("peak", peak->median);
        json.attributeObject("spread", [&] {
          for (const Figure &figure : record.figures)
            json.attributeArray(figure.name, [&] {
              json.value(figure.least);
              json.value(figure.most);
            });
        });
        json.attribute("operations", record.row.operations());
        json.attribute("target", options.target);
        json.attribute("cpu", llvm::sys::getHostCPUName());
        for (const auto &[name, version] : versions)
          json.attribute(name + "_version", version);
      });
  });
  os << "\n";
}

static FailureOr<Measured>
measureRow(const MatmulRow &row, const MatmulOptions &options,
           llvm::function_ref<const Peer *(StringRef, unsigned)> findPeer,
           MLIRContext &context) {
  MatmulBuffers buffers(row);
  std::vector<Contestant> contestants;
  std::optional<Contestant> ours =
      makeOursOfMatmul(row, buffers, options.target, context);
  if (!ours)
    return failure();
  contestants.push_back(std::move(*ours));
  for (const PeerKind &kind : getPeerKinds()) {
    const Peer *peer = findPeer(kind.name, row.threads);
    std::string reason;
    if (!peer)
      continue;
    if (auto contestant = peer->makeMatmul(row, buffers, reason))
      contestants.push_back(std::move(*contestant));
    else
      llvm::errs() << "  without " << kind.name << ": " << reason << "\n";
  }
  for (const Contestant &contestant : contestants)
    if (failed(check(row, contestant, buffers,
                     options.perturbed == contestant.name)))
      return failure();
  if (row.threads == 1)
    if (auto peak = makePeakOfMatmul())
      contestants.push_back(std::move(*peak));
  return Measured{row, measure(contestants)};
}

LogicalResult quant_bench::measureMatmul(
    ArrayRef<MatmulRow> rows, const MatmulOptions &options,
    llvm::function_ref<const Peer *(StringRef, unsigned)> findPeer,
    ArrayRef<std::pair<std::string, std::string>> versions,
    MLIRContext &context) {
  std::vector<Measured> records;
  raw_ostream &os = options.jsonFile == "-" ? llvm::errs() : llvm::outs();
  for (auto [number, row] : llvm::enumerate(rows)) {
    llvm::errs() << "[" << number + 1 << "/" << rows.size() << "] "
                 << row.name() << "\n";
    FailureOr<Measured> measured = measureRow(row, options, findPeer, context);
    if (failed(measured))
      return failure();
    if (number == 0)
      printHeading(os);
    print(os, *measured);
    records.push_back(std::move(*measured));
  }
  return writeFile(options.jsonFile, [&](raw_ostream &file) {
    printJSON(file, records, options, versions);
  });
}

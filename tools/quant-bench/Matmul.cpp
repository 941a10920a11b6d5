//===- Matmul.cpp - Products of 8-bit matrices beside libraries -----------===//

#include "Matmul.h"

#include "MatmulReport.h"
#include "NativeModule.h"
#include "OutputFile.h"
#include "Peer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using namespace mlir;
using namespace quant_bench;

using Kind = MatmulRow::Kind;
using Copies = std::vector<std::unique_ptr<MatmulBuffers>>;

static void printElement(raw_ostream &os, Element element, const uint8_t *at) {
  switch (element) {
  case Element::U8:
    os << unsigned(*at);
    return;
  case Element::I8:
    os << int(static_cast<int8_t>(*at));
    return;
  case Element::I32:
    os << *reinterpret_cast<const int32_t *>(at);
    return;
  case Element::F32:
    os << *reinterpret_cast<const float *>(at);
    return;
  }
}

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
  int64_t width = getBytes(row.result());
  for (int64_t i = 0; i < row.m * row.n; ++i) {
    const uint8_t *found = result + i * width, *expected = wanted + i * width;
    if (std::memcmp(found, expected, width) == 0)
      continue;
    raw_ostream &os = llvm::errs();
    os << "error: " << row.name() << ": " << contestant.name << " gives ";
    printElement(os, row.result(), found);
    os << " for row " << i / row.n << ", column " << i % row.n << ", expected ";
    printElement(os, row.result(), expected);
    os << "\n";
    return failure();
  }
  return success();
}

/// A contestant of each copy, checked, as one that takes them in turn; none
/// where `make` makes none.
static FailureOr<std::optional<Contestant>> makeChecked(
    const MatmulRow &row, const Copies &copies, const MatmulOptions &options,
    function_ref<std::optional<Contestant>(const MatmulBuffers &)> make) {
  Contestant inTurn;
  std::vector<std::function<void()>> runs;
  for (const auto &buffers : copies) {
    std::optional<Contestant> contestant = make(*buffers);
    if (!contestant)
      return std::optional<Contestant>();
    if (failed(check(row, *contestant, *buffers,
                     options.perturbed == contestant->name)))
      return failure();
    runs.push_back(std::move(contestant->run));
    llvm::append_range(contestant->constants, inTurn.constants);
    inTurn = std::move(*contestant);
  }
  if (runs.size() == 1) {
    inTurn.run = std::move(runs.front());
  } else {
    auto next = std::make_shared<size_t>(0);
    inTurn.run = [runs = std::move(runs), next] {
      runs[*next]();
      *next = (*next + 1) % runs.size();
    };
  }
  return std::optional(std::move(inTurn));
}

static Copies makeCopies(const MatmulRow &row) {
  Copies copies;
  for (unsigned copy = 0; copy < row.copies; ++copy)
    copies.push_back(std::make_unique<MatmulBuffers>(row, copy));
  return copies;
}

using FindPeer = function_ref<const Peer *(StringRef, unsigned)>;

/// The peers that do this row, with `suffix` behind their names.
static LogicalResult addPeers(const MatmulRow &row, const Copies &copies,
                              const MatmulOptions &options, FindPeer findPeer,
                              StringRef suffix,
                              std::vector<Contestant> &contestants) {
  for (const PeerKind &kind : getPeerKinds()) {
    const Peer *peer = findPeer(kind.name, row.threads);
    if (!peer)
      continue;
    std::string reason;
    FailureOr<std::optional<Contestant>> contestant =
        makeChecked(row, copies, options, [&](const MatmulBuffers &buffers) {
          return peer->makeMatmul(row, buffers, reason);
        });
    if (failed(contestant))
      return failure();
    if (!*contestant) {
      llvm::errs() << "  without " << kind.name << suffix << ": " << reason
                   << "\n";
      continue;
    }
    (*contestant)->name += suffix;
    contestants.push_back(std::move(**contestant));
  }
  return success();
}

/// Whether the row says how much faster than floats it is.
static bool hasFloats(const MatmulRow &row) {
  return row.copies == 1 && (row.kind == Kind::Sums || row.isDynamic());
}

static FailureOr<MatmulRecord> measureRow(const MatmulRow &row,
                                          const MatmulOptions &options,
                                          const quant_ext::TargetInfo &target,
                                          FindPeer findPeer,
                                          MLIRContext &context) {
  constexpr StringLiteral floatSuffix = "-f32";
  std::vector<Contestant> contestants;
  Copies copies = makeCopies(row);
  FailureOr<std::optional<Contestant>> ours =
      makeChecked(row, copies, options, [&](const MatmulBuffers &buffers) {
        return makeOursOfMatmul(row, buffers, options.target, context);
      });
  if (failed(ours) || !*ours)
    return failure();
  std::vector<Contestant> limits =
      makeLimitsOfMatmul(row, target, (*ours)->constants);
  contestants.push_back(std::move(**ours));
  if (failed(addPeers(row, copies, options, findPeer, "", contestants)))
    return failure();
  MatmulRow floats = row;
  floats.kind = Kind::Float;
  Copies floatCopies;
  if (hasFloats(row)) {
    floatCopies = makeCopies(floats);
    if (failed(addPeers(floats, floatCopies, options, findPeer, floatSuffix,
                        contestants)))
      return failure();
  }
  for (Contestant &limit : limits)
    contestants.push_back(std::move(limit));

  MatmulRecord record;
  record.row = row;
  for (auto [contestant, figure] :
       llvm::zip_equal(contestants, measure(contestants))) {
    StringRef name = contestant.name;
    if (contestant.isLimit)
      record.limits.push_back(figure);
    else if (name == "ours")
      record.ours = figure;
    else if (name.consume_back(floatSuffix))
      record.floats.push_back({name.str(), figure.median, figure.least,
                               figure.most, figure.agreement});
    else
      record.peers.push_back(figure);
  }
  return record;
}

LogicalResult quant_bench::measureMatmul(
    ArrayRef<MatmulRow> rows, const MatmulOptions &options, FindPeer findPeer,
    ArrayRef<std::pair<std::string, std::string>> versions,
    MLIRContext &context) {
  FailureOr<quant_ext::TargetInfo> target =
      native_code::resolveTarget(options.target, context);
  if (failed(target))
    return failure();
  std::vector<MatmulRecord> records;
  raw_ostream &os = options.jsonFile == "-" ? llvm::errs() : llvm::outs();
  for (auto [number, row] : llvm::enumerate(rows)) {
    llvm::errs() << "[" << number + 1 << "/" << rows.size() << "] "
                 << row.name() << "\n";
    FailureOr<MatmulRecord> record =
        measureRow(row, options, *target, findPeer, context);
    if (failed(record))
      return failure();
    if (number == 0)
      printMatmulHeading(os);
    print(os, *record);
    records.push_back(std::move(*record));
  }
  return writeFile(options.jsonFile, [&](raw_ostream &file) {
    printJSON(file, records, options, versions);
  });
}

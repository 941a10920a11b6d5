//===- WeightAccountPrinter.cpp - The account as table and as JSON --------===//

#include "WeightAccount.h"

#include "mlir/Support/DebugStringHelper.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Unicode.h"

#include <cmath>

using namespace mlir;
using namespace mlir::quant_ext;

static StringRef getTitle(WeightGranularity granularity) {
  switch (granularity) {
  case WeightGranularity::PerTensor:
    return "per-tensor";
  case WeightGranularity::PerAxis:
    return "per-axis";
  case WeightGranularity::PerBlock:
    return "per-block";
  }
  llvm_unreachable("unknown granularity");
}

/// The granularities that the account has.
static SmallVector<WeightGranularity> getColumns(const WeightScheme &scheme) {
  SmallVector<WeightGranularity> columns(kGranularities.begin(),
                                         kGranularities.end());
  if (scheme.blockSize == 0)
    columns.pop_back();
  return columns;
}

static double getRatio(const WeightBytes &bytes) {
  return bytes.quantized() == 0
             ? 1.0
             : static_cast<double>(bytes.original) / bytes.quantized();
}

static int64_t getNumElements(ArrayRef<WeightAccount> weights) {
  int64_t count = 0;
  for (const WeightAccount &weight : weights)
    count += weight.type.getNumElements();
  return count;
}

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

namespace {
/// Rows of cells whose columns are as wide as their widest cell.
class Table {
public:
  /// Columns before `numLeft` are aligned left, the others right.
  explicit Table(unsigned numLeft) : numLeft(numLeft) {}

  void addRow(SmallVector<std::string> cells) {
    rows.push_back(std::move(cells));
  }

  void print(raw_ostream &os) const {
    SmallVector<size_t> widths;
    for (const auto &row : rows) {
      widths.resize(std::max(widths.size(), row.size()));
      for (auto [column, cell] : llvm::enumerate(row))
        widths[column] = std::max(widths[column], getWidth(cell));
    }
    for (const auto &row : rows) {
      std::string line;
      llvm::raw_string_ostream text(line);
      for (auto [column, cell] : llvm::enumerate(row)) {
        unsigned padding = widths[column] - getWidth(cell);
        text << (column ? "  " : "");
        text.indent(column < numLeft ? 0 : padding) << cell;
        text.indent(column < numLeft ? padding : 0);
      }
      os << StringRef(line).rtrim() << "\n";
    }
  }

private:
  /// In columns of a terminal; of bytes where these are unknown.
  static size_t getWidth(StringRef cell) {
    int width = llvm::sys::unicode::columnWidthUTF8(cell);
    return width < 0 ? cell.size() : width;
  }

  unsigned numLeft;
  SmallVector<SmallVector<std::string>> rows;
};
} // namespace

template <typename T>
static std::string formatted(const char *format, T value) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(format, value);
  return text;
}

static std::string decibels(double value) {
  return std::isnan(value) ? "-" : formatted("%.2f", value);
}

/// A name that keeps to its line and to its cell.
static std::string getCellText(StringRef name) {
  std::string text;
  for (char c : llvm::json::fixUTF8(name)) {
    if (llvm::isASCII(c) && !llvm::isPrint(c))
      text += "\\" + llvm::toHex(StringRef(&c, 1));
    else
      text += c;
  }
  return text;
}

static std::string getShapeText(RankedTensorType type) {
  return llvm::join(
      llvm::map_range(type.getShape(),
                      [](int64_t size) { return std::to_string(size); }),
      "x");
}

/// Two lines: the granularities, each above its columns, and the columns.
static void addHeader(Table &table, ArrayRef<WeightGranularity> columns) {
  SmallVector<std::string> groups = {"", "", "", "", ""};
  SmallVector<std::string> names = {"weight", "shape", "type", "float bytes",
                                    "integer bytes"};
  for (WeightGranularity granularity : columns) {
    groups.append({getTitle(granularity).str(), "", "", ""});
    names.append({"SQNR dB", "max error", "mean error", "param bytes"});
  }
  table.addRow(std::move(groups));
  table.addRow(std::move(names));
}

static void addWeight(Table &table, const WeightAccount &weight,
                      ArrayRef<WeightGranularity> columns) {
  const WeightBytes &bytes = weight.accounts.front()->bytes;
  SmallVector<std::string> row = {
      getCellText(weight.name), getShapeText(weight.type),
      debugString(weight.type.getElementType()), std::to_string(bytes.original),
      std::to_string(bytes.integers)};
  for (WeightGranularity granularity : columns) {
    const auto &account = weight.accounts[static_cast<size_t>(granularity)];
    if (!account) {
      row.append(4, "-");
      continue;
    }
    row.append(
        {decibels(account->errors.getSqnr()),
         formatted("%.3e", account->errors.largest),
         formatted("%.3e", account->errors.getMeanError()),
         std::to_string(account->bytes.scales + account->bytes.zeroPoints)});
  }
  table.addRow(std::move(row));
}

static void addNetwork(Table &table, ArrayRef<WeightAccount> weights,
                       WeightGranularity granularity) {
  NetworkAccount network = accountForNetwork(weights, granularity);
  const WeightBytes &bytes = network.bytes;
  table.addRow(
      {getTitle(granularity).str(), std::to_string(network.numWeights),
       decibels(network.medianSqnr), decibels(network.minimumSqnr),
       decibels(network.pooledSqnr), formatted("%.3e", network.errors.largest),
       std::to_string(bytes.original), std::to_string(bytes.integers),
       std::to_string(bytes.scales + bytes.zeroPoints),
       std::to_string(bytes.quantized()),
       bytes.quantized() == 0 ? "-" : formatted("%.2f", getRatio(bytes))});
}

void quant_ext::printAccountTable(raw_ostream &os,
                                  ArrayRef<WeightAccount> weights,
                                  const WeightScheme &scheme) {
  SmallVector<WeightGranularity> columns = getColumns(scheme);
  if (!weights.empty()) {
    Table table(/*numLeft=*/3);
    addHeader(table, columns);
    for (const WeightAccount &weight : weights)
      addWeight(table, weight, columns);
    table.print(os);
    os << "\n";
  }
  os << "network: " << weights.size() << " weights, " << getNumElements(weights)
     << " parameters, storage " << scheme.storage.str() << ", "
     << (scheme.symmetric ? "symmetric" : "asymmetric");
  if (scheme.blockSize != 0)
    os << ", blocks of " << scheme.blockSize;
  if (scheme.scaleStorage)
    os << " with scales of " << scheme.scaleStorage.str();
  os << "\n\n";
  Table table(/*numLeft=*/1);
  table.addRow({"", "weights", "median dB", "minimum dB", "pooled dB",
                "max error", "float bytes", "integer bytes", "param bytes",
                "total bytes", "ratio"});
  for (WeightGranularity granularity : columns)
    addNetwork(table, weights, granularity);
  table.print(os);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// `per_tensor`: a key that jq and JavaScript take without quotes.
static std::string getKey(WeightGranularity granularity) {
  std::string key = getTitle(granularity).str();
  llvm::replace(key, '-', '_');
  return key;
}

/// A number; null where JSON has none, such as the SQNR without an error.
static llvm::json::Value number(double value) {
  if (!std::isfinite(value))
    return nullptr;
  return value;
}

static void printWeight(llvm::json::OStream &json, const WeightAccount &weight,
                        ArrayRef<WeightGranularity> columns) {
  const WeightBytes &bytes = weight.accounts.front()->bytes;
  json.attribute("name", llvm::json::fixUTF8(weight.name));
  json.attributeArray("shape", [&] {
    for (int64_t size : weight.type.getShape())
      json.value(size);
  });
  json.attribute("type", debugString(weight.type.getElementType()));
  json.attribute("role", stringifyWeightRole(weight.role));
  json.attribute("float_bytes", bytes.original);
  json.attribute("integer_bytes", bytes.integers);
  for (WeightGranularity granularity : columns) {
    const auto &account = weight.accounts[static_cast<size_t>(granularity)];
    if (!account) {
      json.attribute(getKey(granularity), nullptr);
      continue;
    }
    json.attributeObject(getKey(granularity), [&] {
      const ErrorSums &errors = account->errors;
      json.attribute("granularity", account->granularity.str());
      json.attribute("sqnr_db", number(errors.getSqnr()));
      json.attribute("max_error", number(errors.largest));
      json.attribute("mean_error", number(errors.getMeanError()));
      json.attribute("scale_bytes", account->bytes.scales);
      json.attribute("zero_point_bytes", account->bytes.zeroPoints);
    });
  }
}

static void printNetwork(llvm::json::OStream &json,
                         const NetworkAccount &network) {
  json.attribute("weights", network.numWeights);
  json.attribute("median_sqnr_db", number(network.medianSqnr));
  json.attribute("minimum_sqnr_db", number(network.minimumSqnr));
  json.attribute("pooled_sqnr_db", number(network.pooledSqnr));
  json.attribute("max_error", number(network.errors.largest));
  json.attribute("mean_error", number(network.errors.getMeanError()));
  json.attribute("float_bytes", network.bytes.original);
  json.attribute("integer_bytes", network.bytes.integers);
  json.attribute("scale_bytes", network.bytes.scales);
  json.attribute("zero_point_bytes", network.bytes.zeroPoints);
  json.attribute("total_bytes", network.bytes.quantized());
  json.attribute("ratio", getRatio(network.bytes));
}

void quant_ext::printAccountJson(raw_ostream &os,
                                 ArrayRef<WeightAccount> weights,
                                 const WeightScheme &scheme) {
  SmallVector<WeightGranularity> columns = getColumns(scheme);
  llvm::json::OStream json(os, /*IndentSize=*/2);
  json.object([&] {
    json.attribute("storage", scheme.storage.str());
    json.attribute("symmetric", scheme.symmetric);
    if (scheme.blockSize != 0)
      json.attribute("block_size", scheme.blockSize);
    if (scheme.scaleStorage)
      json.attribute("scale_storage", scheme.scaleStorage.str());
    json.attributeArray("weights", [&] {
      for (const WeightAccount &weight : weights)
        json.object([&] { printWeight(json, weight, columns); });
    });
    json.attributeObject("network", [&] {
      json.attribute("parameters", getNumElements(weights));
      for (WeightGranularity granularity : columns)
        json.attributeObject(getKey(granularity), [&] {
          printNetwork(json, accountForNetwork(weights, granularity));
        });
    });
  });
  os << "\n";
}

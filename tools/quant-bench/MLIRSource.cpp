//===- MLIRSource.cpp - The function that a row times ---------------------===//

#include "MLIRSource.h"

#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quant_bench;

static bool isPerAxis(Granularity granularity) {
  return granularity != Granularity::PerTensor &&
         granularity != Granularity::Block32 &&
         granularity != Granularity::Block128;
}

std::vector<int64_t> quant_bench::getParameterDimensions(const Row &row) {
  const Geometry &geometry = row.geometry;
  if (row.granularity == Granularity::PerTensor)
    return {};
  if (isPerAxis(row.granularity))
    return {geometry.channels};
  return {geometry.outer, static_cast<int64_t>(llvm::divideCeil(
                              geometry.channels, geometry.block))};
}

static std::string makeTensorType(const Row &row, ArrayRef<int64_t> dimensions,
                                  StringRef element) {
  std::string type = "tensor<";
  for (int64_t dimension : dimensions)
    type += (row.shape == Shape::Dynamic ? "?" : std::to_string(dimension)) +
            std::string("x");
  return type + element.str() + ">";
}

namespace {
/// The types of a row's function.
struct Types {
  explicit Types(const Row &row) {
    std::vector<int64_t> parameters = getParameterDimensions(row);
    std::string integer = "i" + std::to_string(getBits(row.storage));
    values = makeTensorType(row, row.geometry.dimensions, toString(row.value));
    integers = makeTensorType(row, row.geometry.dimensions, integer);
    scales = makeTensorType(row, parameters, "f32");
    zeroPoints = makeTensorType(row, parameters, integer);
  }

  std::string values, integers, scales, zeroPoints;
};
} // namespace

static std::string makeAttributes(const Row &row) {
  std::string text;
  const Geometry &geometry = row.geometry;
  if (isPerAxis(row.granularity)) {
    int axis = geometry.outer == 1 ? 0 : 1;
    text += " axis = " + std::to_string(axis);
  } else if (geometry.block) {
    text += " block_sizes = [1, " + std::to_string(geometry.block) + "]";
  }
  text += " storage = <" + toString(row.storage).str() + ">";
  return text;
}

/// `%result = quant_ext.OP %operand, %s, %z ... : (...) -> ...`.
static void printOp(raw_ostream &os, const Row &row, StringRef op,
                    StringRef operandType, StringRef resultType) {
  Types types(row);
  os << "  %result = quant_ext." << op << " %operand, %s"
     << (row.hasZeroPoint() ? ", %z" : "") << makeAttributes(row);
  if (row.division == Division::Reciprocal)
    os << " division = reciprocal";
  os << " : (" << operandType << ", " << types.scales;
  if (row.hasZeroPoint())
    os << ", " << types.zeroPoints;
  os << ") -> " << resultType << "\n";
}

static void printDynamic(raw_ostream &os, const Row &row) {
  Types types(row);
  std::string results = types.scales, names = "%s";
  if (row.hasZeroPoint()) {
    results += ", " + types.zeroPoints;
    names += ", %z";
  }
  os << "func.func @row(%operand: " << types.values << ") -> ("
     << types.integers << ", " << results << ") {\n  " << names
     << " = quant_ext.choose_qparams %operand" << makeAttributes(row) << " : ("
     << types.values << ") -> "
     << (row.hasZeroPoint() ? "(" + results + ")" : results) << "\n";
  printOp(os, row, "quantize", types.values, types.integers);
  os << "  return %result, " << names << " : " << types.integers << ", "
     << results << "\n}\n";
}

/// Of %sum, in the order of the plain loop.
static void printGelu(raw_ostream &os, StringRef type) {
  auto print = [&](StringRef result, StringRef op) {
    os << "\n  %" << result << " = " << op << " : " << type;
  };
  print("root", "arith.constant dense<0.707106769>");
  print("one", "arith.constant dense<1.0>");
  print("half", "arith.constant dense<0.5>");
  print("scaled", "arith.mulf %sum, %root");
  print("erf", "math.erf %scaled");
  print("share", "arith.addf %erf, %one");
  print("halved", "arith.mulf %sum, %half");
  print("operand", "arith.mulf %halved, %share");
  os << "\n";
}

/// The operations around, one by one: to make a loop of them is what is timed.
static void printChain(raw_ostream &os, const Row &row) {
  Types types(row);
  std::string addend =
      makeTensorType(row, row.addendDimensions(), toString(row.value));
  const std::string &values = types.values;
  bool isQuantized = row.makesIntegers();
  os << "func.func @row(%" << (isQuantized ? "x" : "operand") << ": "
     << (isQuantized ? values : types.integers) << ", %addend: " << addend
     << ", %s: " << types.scales;
  if (row.hasZeroPoint())
    os << ", %z: " << types.zeroPoints;
  os << ") -> " << (isQuantized ? types.integers : values) << " {\n";
  if (!isQuantized) {
    printOp(os, row, "dequantize", types.integers, values);
    os << "  %sum = arith.addf %result, %addend : " << values
       << "\n  return %sum : " << values << "\n}\n";
    return;
  }
  std::string two = values + ", " + values;
  os << "  %e = tensor.empty() : " << values
     << "\n  %bias = linalg.broadcast ins(%addend : " << addend
     << ") outs(%e : " << values << ") dimensions = [0]"
     << "\n  %sum = linalg.add ins(%x, %bias : " << two
     << ") outs(%e : " << values << ") -> " << values;
  if (row.op == RowOp::BiasReluQuantize)
    os << "\n  %zero = arith.constant dense<0.0> : " << values
       << "\n  %operand = linalg.max ins(%sum, %zero : " << two
       << ") outs(%e : " << values << ") -> " << values << "\n";
  else
    printGelu(os, values);
  printOp(os, row, "quantize", values, types.integers);
  os << "  return %result : " << types.integers << "\n}\n";
}

std::string quant_bench::makeMLIRSource(const Row &row) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (row.op == RowOp::Dynamic) {
    printDynamic(os, row);
    return text;
  }
  if (!row.addendDimensions().empty()) {
    printChain(os, row);
    return text;
  }
  Types types(row);
  StringRef operand = row.readsIntegers() ? types.integers : types.values;
  StringRef result = row.makesIntegers() ? types.integers : types.values;
  os << "func.func @row(%operand: " << operand << ", %s: " << types.scales;
  if (row.hasZeroPoint())
    os << ", %z: " << types.zeroPoints;
  os << ") -> " << result << " {\n";
  printOp(os, row, toString(row.op), operand, result);
  os << "  return %result : " << result << "\n}\n";
  return text;
}

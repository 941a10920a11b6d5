//===- MatmulOurs.cpp - A product compiled by the pipeline ----------------===//

#include "Matmul.h"

#include "NativeModule.h"
#include "QuantExt/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quant_bench;

using Kind = MatmulRow::Kind;

//===----------------------------------------------------------------------===//
// Source
//===----------------------------------------------------------------------===//

/// A product of integers as it is.
static constexpr llvm::StringLiteral kIntegers = R"mlir(
func.func @row(%a: tensor<{m}x{k}xi8>) -> tensor<{m}x{n}x{result}> {
  %b = arith.constant dense<0> : tensor<{k}x{n}xi8>
  %zero = arith.constant 0 : i32
  %e = tensor.empty() : tensor<{m}x{n}xi32>
  %zeros = linalg.fill ins(%zero : i32) outs(%e : tensor<{m}x{n}xi32>)
      -> tensor<{m}x{n}xi32>
  %sums = linalg.generic {
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (k, n)>,
                       affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<{m}x{k}xi8>, tensor<{k}x{n}xi8>)
      outs(%zeros : tensor<{m}x{n}xi32>) {
  ^bb0(%x: i8, %y: i8, %sum: i32):
    %xw = {extend left} %x : i8 to i32
    %yw = {extend right} %y : i8 to i32
    %product = arith.muli %xw, %yw : i32
    %next = arith.addi %sum, %product : i32
    linalg.yield %next : i32
  } -> tensor<{m}x{n}xi32>
{end}}
)mlir";

static constexpr llvm::StringLiteral kSums =
    "  return %sums : tensor<{m}x{n}xi32>\n";

static constexpr llvm::StringLiteral kRequantized = R"mlir(
  %s = arith.constant dense<{scale}> : tensor<f32>
  %one = arith.constant dense<1.0> : tensor<f32>
  %q = quant_ext.requantize %sums in(%s) out(%one) storage_in = <i32>
      storage = <i8>
      : (tensor<{m}x{n}xi32>, tensor<f32>, tensor<f32>) -> tensor<{m}x{n}xi8>
  return %q : tensor<{m}x{n}xi8>
)mlir";

/// A product of floats between those that become integers.
static constexpr llvm::StringLiteral kFloats = R"mlir(
func.func @row(%operand: tensor<{m}x{k}x{operand}>)
    -> tensor<{m}x{n}x{result}> {
  %w = arith.constant dense<0> : tensor<{k}x{n}xi8>
{begin}
  %a = quant_ext.dequantize %q, %s, %z {axis} storage = <u8>
      : (tensor<{m}x{k}xi8>, tensor<{rows}f32>, tensor<{rows}i8>)
      -> tensor<{m}x{k}xf32>
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<{m}x{n}xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%e : tensor<{m}x{n}xf32>)
      -> tensor<{m}x{n}xf32>
  %y = linalg.matmul ins(%a, %b : tensor<{m}x{k}xf32>, tensor<{k}x{n}xf32>)
      outs(%zeros : tensor<{m}x{n}xf32>) -> tensor<{m}x{n}xf32>
{end}}
)mlir";

static constexpr llvm::StringLiteral kBeginStatic = R"mlir(
  %q = tensor.cast %operand : tensor<{m}x{k}xi8> to tensor<{m}x{k}xi8>
  %s = arith.constant dense<1.0> : tensor<f32>
  %z = arith.constant dense<{zero point}> : tensor<i8>
  %sw = arith.constant dense<{scale}> : tensor<f32>
  %b = quant_ext.dequantize %w, %sw storage = <i8>
      : (tensor<{k}x{n}xi8>, tensor<f32>) -> tensor<{k}x{n}xf32>)mlir";

static constexpr llvm::StringLiteral kEndStatic = R"mlir(
  %r = quant_ext.quantize %y, %s, %z storage = <u8>
      : (tensor<{m}x{n}xf32>, tensor<f32>, tensor<i8>) -> tensor<{m}x{n}xi8>
  return %r : tensor<{m}x{n}xi8>
)mlir";

static constexpr llvm::StringLiteral kBeginDynamic = R"mlir(
  %s, %z = quant_ext.choose_qparams %operand {axis} storage = <u8>
      : (tensor<{m}x{k}xf32>) -> (tensor<{rows}f32>, tensor<{rows}i8>)
  %q = quant_ext.quantize %operand, %s, %z {axis} storage = <u8>
      : (tensor<{m}x{k}xf32>, tensor<{rows}f32>, tensor<{rows}i8>)
      -> tensor<{m}x{k}xi8>
  %sw = arith.constant dense<1.0> : tensor<{n}xf32>
  %b = quant_ext.dequantize %w, %sw axis = 1 storage = <i8>
      : (tensor<{k}x{n}xi8>, tensor<{n}xf32>) -> tensor<{k}x{n}xf32>)mlir";

static constexpr llvm::StringLiteral kEndDynamic =
    "  return %y : tensor<{m}x{n}xf32>\n";

static void replaceAll(std::string &text, StringRef from, StringRef to) {
  for (size_t at = 0; (at = text.find(from.str(), at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to.str());
}

/// Whether the source is in floats, which a pass makes integers of.
static bool isOfFloats(const MatmulRow &row) {
  return row.isDynamic() || row.kind == Kind::RequantizedUnsigned;
}

std::string quant_bench::makeMatmulSource(const MatmulRow &row) {
  bool byRow = row.kind == Kind::DynamicRows;
  std::string text = (isOfFloats(row) ? kFloats : kIntegers).str(), scale;
  llvm::raw_string_ostream(scale) << llvm::format("%.9e", row.getMultiplier());
  replaceAll(text, "{begin}", row.isDynamic() ? kBeginDynamic : kBeginStatic);
  replaceAll(text, "{end}",
             row.isDynamic()                ? kEndDynamic
             : isOfFloats(row)              ? kEndStatic
             : row.result() == Element::I32 ? kSums
                                            : kRequantized);
  auto nameOf = [](Element element) {
    return element == Element::F32   ? "f32"
           : element == Element::I32 ? "i32"
                                     : "i8";
  };
  auto extensionOf = [](Element element) {
    return element == Element::U8 ? "arith.extui" : "arith.extsi";
  };
  replaceAll(text, "{scale}", scale);
  replaceAll(text, "{zero point}",
             std::to_string(static_cast<int8_t>(row.getZeroPoint())));
  replaceAll(text, "{axis}", byRow ? "axis = 0" : "");
  replaceAll(text, "{rows}", byRow ? std::to_string(row.m) + "x" : "");
  replaceAll(text, "{m}", std::to_string(row.m));
  replaceAll(text, "{k}", std::to_string(row.k));
  replaceAll(text, "{n}", std::to_string(row.n));
  replaceAll(text, "{operand}", nameOf(row.activations()));
  replaceAll(text, "{result}", nameOf(row.result()));
  replaceAll(text, "{extend left}", extensionOf(row.activations()));
  replaceAll(text, "{extend right}", extensionOf(row.weights()));
  return text;
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

/// The source with its weights: as text, they would take a long time to parse.
static OwningOpRef<ModuleOp> makeModule(const MatmulRow &row,
                                        const MatmulBuffers &buffers,
                                        MLIRContext &context) {
  auto module = parseSourceString<ModuleOp>(makeMatmulSource(row), &context);
  if (!module)
    return nullptr;
  auto weightsType =
      RankedTensorType::get({row.k, row.n}, IntegerType::get(&context, 8));
  auto scalesType = RankedTensorType::get({row.n}, Float32Type::get(&context));
  ArrayRef<char> weights(buffers.weights.as<char>(), row.bytesOfWeights());
  std::vector<float> scales;
  for (int64_t column = 0; column < row.n; ++column)
    scales.push_back(row.getColumnScale(column));
  module->walk([&](arith::ConstantOp constant) {
    if (constant.getType() == weightsType)
      constant.setValueAttr(
          DenseElementsAttr::getFromRawBuffer(weightsType, weights));
    else if (constant.getType() == scalesType)
      constant.setValueAttr(
          DenseElementsAttr::get(scalesType, ArrayRef<float>(scales)));
  });
  if (!isOfFloats(row))
    return module;
  PassManager pm(&context);
  pm.addPass(quant_ext::createQDQToInteger());
  if (failed(pm.run(*module)))
    return nullptr;
  return module;
}

std::string quant_bench::getFlagsOfMatmul(const MatmulRow &row,
                                          StringRef target) {
  std::string flags = isOfFloats(row) ? "--quant-ext-qdq-to-integer " : "";
  return flags + "--quant-ext-to-llvm='target=" + target.str() +
         " threads=" + std::to_string(row.threads) + " results-to-out-params'";
}

std::optional<Contestant>
quant_bench::makeOursOfMatmul(const MatmulRow &row,
                              const MatmulBuffers &buffers, StringRef target,
                              MLIRContext &context) {
  std::shared_ptr<native_code::NativeModule> module =
      native_code::NativeModule::compile(context, target,
                                         makeModule(row, buffers, context),
                                         /*keepObject=*/false, row.threads);
  if (!module)
    return std::nullopt;
  native_code::PackedFunction function = module->lookupPacked("row");
  if (!function)
    return std::nullopt;
  Contestant ours;
  ours.name = "ours";
  ours.bytes = row.operations();
  ours.threads = row.threads;
  ours.constants = {module->getConstants()};
  auto describe = [](void *data, int64_t rows, int64_t columns) {
    auto address = static_cast<int64_t>(reinterpret_cast<intptr_t>(data));
    return std::vector<int64_t>{address, address, 0, rows, columns, columns, 1};
  };
  ours.run = [module, function,
              in = describe(buffers.activations.as<void>(), row.m, row.k),
              out =
                  describe(buffers.result.as<void>(), row.m, row.n)]() mutable {
    void *pointers[] = {in.data(), out.data()};
    void *arguments[] = {&pointers[0], &pointers[1]};
    function(arguments);
  };
  return ours;
}

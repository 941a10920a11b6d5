//===- MatmulOurs.cpp - A product compiled by the pipeline ----------------===//

#include "Matmul.h"

#include "NativeModule.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

using namespace mlir;
using namespace quant_bench;

static constexpr llvm::StringLiteral kSource = R"mlir(
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
    %xw = {extend} %x : i8 to i32
    %yw = arith.extsi %y : i8 to i32
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

static void replaceAll(std::string &text, StringRef from, StringRef to) {
  for (size_t at = 0; (at = text.find(from.str(), at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to.str());
}

std::string quant_bench::makeMatmulSource(const MatmulRow &row) {
  bool isSums = row.kind == MatmulRow::Kind::Sums;
  std::string text = kSource.str(), scale;
  llvm::raw_string_ostream(scale) << llvm::format("%.9e", row.getMultiplier());
  replaceAll(text, "{end}", isSums ? kSums : kRequantized);
  replaceAll(text, "{scale}", scale);
  replaceAll(text, "{m}", std::to_string(row.m));
  replaceAll(text, "{k}", std::to_string(row.k));
  replaceAll(text, "{n}", std::to_string(row.n));
  replaceAll(text, "{result}", isSums ? "i32" : "i8");
  replaceAll(text, "{extend}", row.isSigned() ? "arith.extsi" : "arith.extui");
  return text;
}

/// The source with its weights: as text, they would take a long time to parse.
static OwningOpRef<ModuleOp> makeModule(const MatmulRow &row,
                                        const MatmulBuffers &buffers,
                                        MLIRContext &context) {
  auto module = parseSourceString<ModuleOp>(makeMatmulSource(row), &context);
  if (!module)
    return nullptr;
  auto type =
      RankedTensorType::get({row.k, row.n}, IntegerType::get(&context, 8));
  ArrayRef<char> raw(buffers.weights.as<char>(), row.k * row.n);
  module->walk([&](arith::ConstantOp constant) {
    if (constant.getType() == type)
      constant.setValueAttr(DenseElementsAttr::getFromRawBuffer(type, raw));
  });
  return module;
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

#if defined(__x86_64__)
/// As many independent accumulators as hide the latency of the instruction.
__attribute__((target("avx512f,avx512vnni"))) static void
runPeak(int64_t iterations) {
  __m512i a0 = _mm512_set1_epi32(1), a1 = a0, a2 = a0, a3 = a0, a4 = a0,
          a5 = a0, a6 = a0, a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0;
  __m512i x = _mm512_set1_epi8(3);
  for (int64_t i = 0; i < iterations; ++i)
    __asm__ volatile("vpdpbusd %12, %12, %0\n\tvpdpbusd %12, %12, %1\n\t"
                     "vpdpbusd %12, %12, %2\n\tvpdpbusd %12, %12, %3\n\t"
                     "vpdpbusd %12, %12, %4\n\tvpdpbusd %12, %12, %5\n\t"
                     "vpdpbusd %12, %12, %6\n\tvpdpbusd %12, %12, %7\n\t"
                     "vpdpbusd %12, %12, %8\n\tvpdpbusd %12, %12, %9\n\t"
                     "vpdpbusd %12, %12, %10\n\tvpdpbusd %12, %12, %11"
                     : "+v"(a0), "+v"(a1), "+v"(a2), "+v"(a3), "+v"(a4),
                       "+v"(a5), "+v"(a6), "+v"(a7), "+v"(a8), "+v"(a9),
                       "+v"(a10), "+v"(a11)
                     : "v"(x));
}
#endif

std::optional<Contestant> quant_bench::makePeakOfMatmul() {
#if defined(__x86_64__)
  if (!llvm::sys::getHostCPUFeatures().lookup("avx512vnni"))
    return std::nullopt;
  constexpr int64_t iterations = 10000, instructions = 12, products = 64;
  Contestant peak;
  peak.name = "peak";
  peak.isLimit = true;
  peak.bytes = 2 * iterations * instructions * products;
  peak.run = [] { runPeak(iterations); };
  return peak;
#else
  return std::nullopt;
#endif
}
